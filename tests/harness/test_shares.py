"""However many processes share a submission, its results are those of one process."""

import os
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from grader.assignment import DEFAULT
from grader.harness.shares import CARDS, Deck, Placed, put_together
from grader.results import CheckResult, Outcome


def test_each_number_is_taken_once_by_whoever_is_free():
    with Deck() as deck:
        first = deck.take()
        with ThreadPoolExecutor(4) as pool:
            taken = list(pool.map(lambda _: deck.take(), range(CARDS - 1)))
        assert sorted([first, *taken]) == list(range(CARDS))
        assert deck.take() == CARDS


def test_what_one_process_notes_another_reads():
    with Deck() as deck:
        assert deck.outcome(7) is None
        if (pid := os.fork()) == 0:
            deck.note(7, Outcome.TIMED_OUT)
            deck.note(9, Outcome.PASSED)
            os._exit(0)
        os.waitpid(pid, 0)
        assert [deck.outcome(place) for place in (7, 8, 9)] == [Outcome.TIMED_OUT, None, Outcome.PASSED]
        assert deck.count(Outcome.TIMED_OUT, range(8)) == 1
        assert deck.count(Outcome.TIMED_OUT, range(7)) == 0


def result(name, outcome):
    return CheckResult(f"it.{name}", name, "values", 1, float(outcome is Outcome.PASSED), outcome)


def test_results_come_in_the_order_of_their_checks():
    placed = [Placed(2, result("c", Outcome.PASSED)), Placed(0, result("a", Outcome.FAILED))]
    assert [one.title for one in put_together(placed, DEFAULT.bounds)] == ["a", "c"]


def test_what_comes_after_three_time_outs_is_skipped_whoever_ran_it():
    outcomes = [Outcome.TIMED_OUT, Outcome.PASSED, Outcome.TIMED_OUT, Outcome.TIMED_OUT, Outcome.PASSED]
    placed = [Placed(place, result(str(place), outcome)) for place, outcome in enumerate(outcomes)]
    *before, last = put_together(placed, DEFAULT.bounds)
    assert [one.outcome for one in before] == outcomes[:-1]
    assert (last.outcome, last.score) == (Outcome.SKIPPED, 0)
    assert last.skipped_because == "3 checks of this exercise ran out of time before."


@pytest.mark.parametrize(
    ("needed", "unsure", "outcome"),
    [
        (Outcome.FAILED, ("it.a",), Outcome.SKIPPED),
        (Outcome.PASSED, ("it.a",), Outcome.PASSED),
        (Outcome.FAILED, (), Outcome.PASSED),
        (Outcome.FAILED, ("it.not_run",), Outcome.PASSED),
    ],
)
def test_a_check_that_was_run_beside_one_it_needs_counts_only_where_that_passed(needed, unsure, outcome):
    placed = [Placed(1, result("b", Outcome.PASSED), unsure), Placed(0, result("a", needed))]
    check = put_together(placed, DEFAULT.bounds)[1]
    assert check.outcome is outcome
    assert check.skipped_because == ("it.a" if outcome is Outcome.SKIPPED else "")


SUITE = '''
@one()
def test_first(it):
    """First."""
    expect(it.fine()).to_equal(1)

@one()
def test_hangs(it):
    """Hangs."""
    it.hang()

@one(needs=("hangs",))
def test_needs(it):
    """Needs."""

@one()
def test_hangs_too(it):
    """Hangs too."""
    it.hang()

@one()
def test_last(it):
    """Last."""
    expect(it.fine()).to_equal(2)
'''
STUDENT = """
class It:
    def __init__(self, client): self.client = client
    def fine(self): return int(self.client.set("k", 1))
    def hang(self):
        while True: pass
"""


def test_two_processes_say_what_one_says(grader):
    grader.write("mine", SUITE, STUDENT)
    bounds = replace(DEFAULT.bounds, call_seconds=0.5, time_outs=2)
    told = []
    for jobs in (1, 2):
        checks = grader.grade(bounds=bounds, jobs=jobs).exercises[0].checks
        told.append([(one.id, one.outcome, one.score, one.message, one.skipped_because) for one in checks])
    assert told[0] == told[1]
    assert [re.sub(r".*\.", "", str(outcome)) for _, outcome, *_ in told[0]] == [
        "passed", "timed_out", "skipped", "timed_out", "skipped",
    ]  # fmt: skip


def test_a_share_without_a_check_is_no_fault(grader):
    grader.write("mine", SUITE, STUDENT)
    results = grader.grade(jobs=4, checks=("mine.first", "mine.last"))
    assert [one.outcome for one in results.exercises[0].checks] == [Outcome.PASSED, Outcome.FAILED]


def test_what_a_dead_process_had_taken_is_run_again_by_another(grader, tmp_path):
    flag = tmp_path / "died"
    dies = f'''
@one()
def test_dies_once(it):
    """Dies once."""
    import os, pathlib
    flag = pathlib.Path({str(flag)!r})
    if not flag.exists():
        flag.touch()
        os._exit(9)
'''
    grader.write("mine", SUITE + dies, STUDENT)
    bounds = replace(DEFAULT.bounds, call_seconds=0.5)
    results = grader.grade(bounds=bounds, jobs=2)
    assert flag.exists()
    assert results.reason == ""
    assert [one.title for one in results.exercises[0].checks] == [
        "First.", "Hangs.", "Needs.", "Hangs too.", "Last.", "Dies once.",
    ]  # fmt: skip
    assert results.exercises[0].checks[-1].outcome is Outcome.PASSED
