"""The class in numbers: held against the textbook's formulas."""

import random
import statistics

import pytest

from grader.results import Outcome
from reports.class_report import build
from reports.class_tally import Tally, objectives

from .class_samples import class_material, outcome_results

P, F = Outcome.PASSED, Outcome.FAILED


def tally_of(*classes):
    tally = Tally()
    for n, outcomes in enumerate(classes):
        tally.add(outcome_results(f"s{n}", outcomes), f"s{n}")
    return tally


def test_discrimination_is_pearson_of_passing_and_the_rest():
    chance = random.Random(1)
    table = [[P if chance.random() < 0.2 + 0.06 * n else F for _ in range(9)] for n in range(12)]
    tally = tally_of(*table)
    for n, check in enumerate(sorted(tally.checks.values(), key=lambda c: int(c.id.partition(".c")[2]))):
        passed = [float(row[n] is P) for row in table]
        rest = [10.0 * sum(o is P for m, o in enumerate(row) if m != n) for row in table]
        assert check.discrimination == pytest.approx(statistics.correlation(passed, rest))


@pytest.mark.parametrize("table", [[[P, F], [P, P]], [[P, P]] * 4, [[F, P]] * 4, [[P, F], [F, F], [P, F]]])
def test_discrimination_is_left_open_where_it_says_nothing(table):
    first = tally_of(*table).checks["cache_manager.c0"]
    assert first.discrimination is None


def test_grader_errors_count_for_nothing():
    check = tally_of([P], [F], [Outcome.GRADER_ERROR]).checks["cache_manager.c0"]
    assert (check.graded, check.passed_share) == (2, 0.5)


def test_the_weakest_objective_comes_first():
    weak = objectives(tally_of([P, F, P], [P, F, F]))
    assert [(o.id, o.share) for o in weak] == [("values", 0), ("atomicity", 0.5), ("ttl", 1)]


def test_marks_say_what_is_odd():
    report = build(class_material(20))
    marks = {check.id: check.marks for check in report.checks}
    assert "everybody passes" in marks["cache_manager.c0"]
    assert {"nobody passes", "20 timed out"} <= set(marks["leaderboard.c11"])


def test_every_failure_names_whom_it_hit():
    report = build(class_material(40))
    failure = next(check for check in report.checks if check.id == "leaderboard.c11").failures[0]
    assert (failure.count, len(failure.names), failure.more) == (40, 12, 28)


def test_the_groups_to_look_at():
    groups = {group.heading: [name for name, *_ in group.items] for group in build(class_material(6)).groups}
    assert groups["Not graded: the grader's own fault"] == ["Ours"]
    assert groups["Without a submission"] == ["Nobody"]
    assert groups["Submissions that can't be read"] == ["Broken"]
    assert groups["Not on the roster"] == ["Broken"]
    assert groups["Not isolated"] == ["+Plus"]
    assert len(groups["With time-outs"]) == 6


def test_bins_hold_everybody_with_a_score():
    report = build(class_material(50))
    assert sum(one.count for one in report.bins) == 50
    assert max(one.height for one in report.bins) == 100


def test_what_to_teach_again_says_why():
    report = build(class_material(40))
    assert report.teach[0].title == "atomicity"
    first = report.teach[0].missed[0]
    assert (first.id, first.failed, first.graded) == ("leaderboard.c11", 40, 40)
    passed = [check.passed for check in report.checks if check.objective == "atomicity"]
    assert report.teach[0].percent == round(100 * sum(passed) / (40 * len(passed)))


def test_handed_in_are_those_with_a_submission_and_strangers_come_last():
    report = build(class_material(5))
    assert dict(report.facts)["Students"] == "9"
    assert dict(report.facts)["Handed in"] == "8"
    assert report.rows[-1].name == "Broken"
