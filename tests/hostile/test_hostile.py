"""Hostile submissions through the real command: none gains, reads, harms or outlives anything."""

import os
import re
import sys
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from grader.sandbox import container
from grader.sandbox.runtime import find_runtime
from grader.sandbox.walls import choose

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1])]

import attack
import traces
from images import scratch

NOT_GRADED, FULL = 4, 40  # the exit status, and the whole exercise's points
SANDBOX = os.environ.get("HOSTILE_SANDBOX", "auto")


@pytest.fixture(scope="session", autouse=True)
def image():
    """The container's image, where one is asked for."""
    if SANDBOX == "container":
        os.environ[container.IMAGE_VARIABLE] = scratch.build(
            scratch.python_recipe(find_runtime(), scratch.PYTHON_IMAGE)
        )


@pytest.fixture(scope="session", autouse=True)
def machine(image):
    """What is on the machine before the first, to be compared when the last is over."""
    return traces.look()


@pytest.fixture(scope="session")
def attacks(request, machine):
    """What comes of each submission that is asked for, as many at a time as there are processors."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        yield OneByOne()  # others run beside this process already
        return
    wanted = [item.callspec.params["name"] for item in request.session.items if "name" in _params(item)]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        yield {name: pool.submit(attack.attack, name, SANDBOX) for name in dict.fromkeys(wanted)}
    for path in attack.ESCAPE.parent.glob(f"{attack.ESCAPE.name}*"):
        path.unlink()  # what a run without walls left


class OneByOne(dict):
    """Attacks when it is asked for one."""

    def __missing__(self, name):
        self[name] = future = Future()
        future.set_result(attack.attack(name, SANDBOX))
        return future


def _params(item):
    return item.callspec.params if hasattr(item, "callspec") else {}


@pytest.mark.parametrize("name", attack.names())
def test_it_gets_what_it_deserves(name, attacks):
    expected, came = attack.expected(name), attacks[name].result()
    isolated = choose(SANDBOX).isolated
    # Without walls it may spoil its own grading, and do what walls would have kept it from.
    free = not isolated and expected.kind == "denial"
    assert came.status in {expected.status, NOT_GRADED if free else expected.status}, came.text
    if came.score is not None:
        assert expected.min_score <= came.score <= (FULL if free else expected.max_score)
    if isolated:
        assert re.search(expected.sentence, came.text)
        assert not expected.absent or not re.search(expected.absent, came.text)
        assert not came.called, "it called home"
        assert not attack.ESCAPE.exists(), "it wrote outside its sandbox"
        assert came.left == []


def test_nothing_of_any_is_left(attacks, machine):
    for name in attacks:
        attacks[name].result()
    assert traces.left(machine) == []


def test_there_are_fifty_of_all_kinds():
    kinds = [attack.expected(name).kind for name in attack.names()]
    assert len(kinds) >= 50
    assert set(kinds) == {"forging", "leaking", "server", "denial", "packaging"}


def test_each_says_what_it_tries():
    for name in attack.names():
        folder = attack.CORPUS / name
        source = folder / ("make.py" if (folder / "make.py").exists() else "cache_manager.py")
        assert source.read_text().startswith('"""'), name
