"""Gives each check an empty database, and says in a sentence what is still to be written.

The checks use the Valkey that `examples/infra.py up` started where it runs, else one of their own. On a
shared one they use database 15, and empty it before each check.
"""

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

EXERCISES = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(EXERCISES), str(EXERCISES / "examples")]

from local_valkey import connect  # noqa: E402 - it lies in the examples

DATABASE = 15


@pytest.fixture(scope="session")
def server():
    """A client of a running Valkey."""
    with connect(db=DATABASE) as client:
        yield client


@pytest.fixture
def client(server):
    """A client of an empty database."""
    server.flushdb()
    return server


@pytest.fixture
def seconds_left(client):
    """A function that gives the seconds left of every key; -1 where a key never expires."""

    def left(key):
        seconds = client.ttl(key)
        if seconds == -1 and client.type(key) == "hash":  # an expiry on every field counts as one
            return min(client.httl(key, *client.hkeys(key)))
        return seconds

    return lambda: [left(key) for key in client.scan_iter()]


@pytest.fixture
def at_once():
    """A function that calls another in 8 threads at the same moment and gives the answers."""

    def run(function, callers=8):
        start = Barrier(callers)

        def call():
            start.wait()
            return function()

        with ThreadPoolExecutor(callers) as threads:
            return [future.result() for future in [threads.submit(call) for _ in range(callers)]]

    return run


def explain(action):
    """Turn a stub's NotImplementedError into one sentence instead of a traceback."""
    try:
        return (yield)
    except NotImplementedError as error:
        sentence = f"Not done yet: {error or action}."
    pytest.fail(sentence, pytrace=False)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item):
    """A fixture that makes an object of the exercise."""
    return (yield from explain(item.name))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    """The check itself."""
    return (yield from explain(item.name))
