"""A real stage to test on: a Valkey, a worker behind its walls, and any source as the student's module."""

import itertools
import os
import shutil
import signal
import tempfile
import textwrap
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from grader.assignment import DEFAULT, Exercise
from grader.harness.rig import Place, Rig, open_rig
from grader.sandbox.walls import choose
from grader.settings import Settings
from grader.suites.lab import Lab
from grader.suites.subject import Subject

# Long families of tests, and how many of each run where FULL is not set (`make hostile`, `make submissions`).
SAMPLED = {
    "test_no_rule_of_accessibility_is_broken[1000": 0,
    "test_killed.py::test_for_real": 0,
    "test_cluster.py::test_for_real": 0,
    "test_answers.py::test_a_wrong_answer": 5,
    "test_gold_sentences_are_what_is_told[cache_manager": 2,
    "test_gold_sentences_are_what_is_told[leaderboard": 2,
    "test_gold_sentences_are_what_is_told[rate_limiter": 0,
    "test_gold_sentences_are_what_is_told[session_store": 2,
    "test_gold_sentences_are_what_is_told[shopping_cart": 3,
    "test_hostile.py::test_it_gets_what_it_deserves": 15,
    "test_submissions.py::test_a_right_submission": 8,
    "test_submissions.py::test_a_faulty_submission": 10,
}


# A shell that starts the tests in the background has them ignore the Ctrl-C that some of them send.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(config, items):
    """Keep an even sample of each long family, the same one each time."""
    if os.environ.get("FULL"):
        return
    for family, size in SAMPLED.items():
        members = [item for item in items if family in item.nodeid]
        if len(members) > 2 * size:
            kept = {members[n * len(members) // size] for n in range(size)}
            left_out = [item for item in members if item not in kept]
            config.hook.pytest_deselected(items=left_out)
            items[:] = [item for item in items if item not in left_out]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport():
    """Where nothing may be lacking, as in .ci/run, a test that is skipped has failed."""
    report = yield
    if report.skipped and os.environ.get("GRADER_TESTS_SKIP_NOTHING"):
        report.outcome, report.longrepr = "failed", f"Skipped, where nothing may be: {report.longrepr}"
    return report


@dataclass(frozen=True)
class Theatre:
    """A rig, and the submission's folder that its worker sees."""

    rig: Rig
    submission: Path
    numbers: itertools.count


@pytest.fixture(scope="session")
def make_place():
    """Fresh folders of a run; their path is short, for sockets lie in them."""
    with ExitStack() as stack:

        def make():
            folder = Path(tempfile.mkdtemp(prefix="stage-"))
            stack.callback(shutil.rmtree, folder, ignore_errors=True)
            parts = {name: folder / name for name in ("server", "sockets", "scratch", "submission")}
            for path in parts.values():
                path.mkdir()
                path.chmod(0o755)
            return Place(folder=folder, **parts)

        yield make


@pytest.fixture(scope="module")
def sandbox():
    """The walls of the module's rig; a module may say otherwise."""
    return "auto"


@pytest.fixture(scope="module")
def bounds():
    """The bounds of the module's rig; a module may say otherwise."""
    return DEFAULT.bounds


@pytest.fixture(scope="module")
def theatre(make_place, sandbox, bounds):
    """One rig for a module's tests."""
    if sandbox == "bubblewrap" and shutil.which("bwrap") is None:
        pytest.skip("needs bubblewrap")
    settings = Settings(1, replace(DEFAULT, bounds=bounds), server="embedded", sandbox=sandbox)
    place = make_place()
    with open_rig(settings, place, choose(settings.sandbox)) as rig, rig.in_use():
        yield Theatre(rig, place.submission, itertools.count())


@pytest.fixture
def stage(theatre):
    """A stage of the test's own."""
    with theatre.rig.stage(1) as stage:
        yield stage


@pytest.fixture
def make_lab(theatre, stage):
    """A lab for a student's source, whose class is called It."""

    def make(source, class_name="It", schedules=1000):
        name = f"mine{next(theatre.numbers)}"
        (theatre.submission / f"{name}.py").write_text(textwrap.dedent(source))
        exercise = Exercise(name, "Mine", class_name, 10)
        return Lab(stage, Subject(exercise, f"{name}.py"), 1, schedules)

    return make
