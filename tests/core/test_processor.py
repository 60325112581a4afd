"""Each run has a processor for itself, as long as there is one."""

import os
import signal
import subprocess
import sys

import pytest

from grader import processor
from grader.processor import claim

pytestmark = pytest.mark.skipif(
    not hasattr(os, "sched_setaffinity") or len(os.sched_getaffinity(0)) < 2,
    reason="needs a system that lets a process choose between two processors",
)


@pytest.fixture(autouse=True)
def apart(monkeypatch):
    """Runs that go on beside these tests have claims of their own."""
    monkeypatch.setattr(processor, "NAME", f"\0test {os.getpid()} {{}}")


def where():
    return os.sched_getaffinity(0)


def test_a_run_stays_on_one_processor_and_so_does_what_it_starts():
    before = where()
    with claim():
        assert len(where()) == 1
        assert where() < before
        said = subprocess.check_output([sys.executable, "-c", "import os; print(os.sched_getaffinity(0))"])
        assert said.decode().strip() == str(where())
    assert where() == before


def test_it_may_leave_and_come_back():
    before = where()
    with claim() as mine:
        home = where()
        mine.leave()
        assert where() == before
        mine.leave()
        mine.come()
        mine.come()
        assert where() == home


def test_no_two_runs_have_the_same_and_the_last_has_none(monkeypatch):
    everywhere = sorted(where())[:2]
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(everywhere))
    places = []
    monkeypatch.setattr(os, "sched_setaffinity", lambda _, numbers: places.append(numbers))
    with claim(), claim(), claim():
        assert places == [{everywhere[1]}, {everywhere[0]}]


def test_a_run_that_was_killed_claims_nothing_any_more(monkeypatch):
    monkeypatch.setattr(processor, "NAME", "\0test killed {}")
    hold = "import sys, time; from grader import processor; processor.NAME = '\\0test killed {}'\n"
    hold += "with processor.claim(): print('claimed', flush=True); time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", hold], stdout=subprocess.PIPE) as other:
        assert other.stdout.readline() == b"claimed\n"
        with claim():
            mine = where()
        other.send_signal(signal.SIGKILL)
    with claim():
        assert where() != mine


def test_with_one_processor_nothing_is_chosen(monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0})
    monkeypatch.setattr(os, "sched_setaffinity", None)
    with claim() as mine:
        mine.leave()
        mine.come()


def test_who_has_work_of_its_own_is_not_let_go_first_again(monkeypatch):
    with claim() as mine:
        monkeypatch.setattr(processor, "_yield", lambda: processor.time.sleep(0.002))
        assert mine.give_turn()
        assert not mine.give_turn()
