"""However many processes share a submission, its results are those of one process."""

import re
from dataclasses import replace

import pytest

from grader.assignment import DEFAULT
from grader.harness.shares import Placed, Share, deal, put_together
from grader.results import CheckResult, Outcome


def of_all(needs, among):
    return [deal(needs, Share(number, among)) for number in range(among)]


def test_one_share_is_everything_in_order():
    assert deal([[], [0], []], Share()) == [0, 1, 2]


@pytest.mark.parametrize("among", [2, 3, 5])
def test_each_check_is_in_one_share(among):
    shares = of_all([[] for _ in range(11)], among)
    assert sorted(place for share in shares for place in share) == list(range(11))
    assert max(map(len, shares)) - min(map(len, shares)) <= 1


def test_a_check_stays_with_those_that_it_needs():
    needs = [[], [], [], [0, 2], [], [1], [3]]
    for share in of_all(needs, 2):
        assert all(other in share for place in share for other in needs[place])
    assert of_all(needs, 2) == [[0, 2, 3, 4, 6], [1, 5]]


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
