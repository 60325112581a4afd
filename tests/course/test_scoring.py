"""Scoring is a pure function of outcomes, assignment, overrides and time."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from grader.assignment import DEFAULT, Late
from grader.overrides import Override
from grader.results import Status
from grader.scoring import days_late, score

from .samples import check, exercise, results, three

DUE = datetime(2026, 11, 30, 23, 59, tzinfo=UTC)


def late(**policy):
    return replace(DEFAULT, due=DUE, late=Late(**policy))


def override(**what):
    return (Override(student="alice", reason="Unclear wording.", by="R. Smith", **what),)


def test_points_that_make_up_the_weight_stay_as_they_are():
    assert score(three("PPPF"), DEFAULT).score == 70
    assert score(three("PPPP"), DEFAULT).max_score == 100


def test_checks_are_scaled_to_the_weight():
    exercises = (replace(DEFAULT.exercises[0], weight=80), *DEFAULT.exercises[1:])
    scored = score(three("PFFF"), replace(DEFAULT, exercises=exercises))
    assert (scored.score, scored.max_score) == (60, 140)
    assert [c.points for c in scored.exercises[0].checks] == [60, 20]


def test_thirds_add_up_to_the_weight():
    checks = [check(f"leaderboard.{n}", points=1) for n in range(7)]
    scored = score(results(exercise("leaderboard", checks)), DEFAULT)
    assert scored.score == scored.max_score == 30


def test_points_of_a_check_come_from_the_assignment():
    scored = score(three("PFPP"), replace(DEFAULT, points={"cache_manager.a": 10}))
    assert scored.exercises[0].score == 20


def test_extra_credit_comes_on_top():
    assignment = replace(DEFAULT, extra_credit=("cache_manager.b",))
    assert score(three("PPPP"), assignment).score == pytest.approx(100 + 40 / 3, abs=1e-4)
    assert score(three("PFPP"), assignment).score == 100
    assert score(three("PPPP"), assignment).max_score == 100


def test_an_exercise_can_be_extra_credit():
    exercises = (*DEFAULT.exercises[:2], replace(DEFAULT.exercises[2], extra_credit=True))
    scored = score(three("PPPP"), replace(DEFAULT, exercises=exercises))
    assert (scored.score, scored.max_score) == (100, 70)


def test_partial_credit_of_the_suite_is_kept():
    half = replace(check("leaderboard.a", points=10), score=5.0)
    assert score(results(exercise("leaderboard", [half])), DEFAULT).score == 15


def test_our_own_fault_leaves_no_score_until_an_override_settles_it():
    assert score(three("PPGP"), DEFAULT).score is None
    assert score(three("PPGP"), DEFAULT).status is Status.NOT_GRADED
    assert score(three("PPGP"), DEFAULT, override(check="leaderboard.a", points=30)).score == 100
    assert score(three("PPGP"), DEFAULT, override(exercise="leaderboard", excused=True)).score == 70
    assert score(three("PPGP"), DEFAULT, override(points=50)).score == 50


def test_lateness_costs_its_share_of_what_was_earned():
    policy = late(per_day_percent=10, grace_minutes=15, cap_percent=30)
    given = three("PPPF")
    assert score(given, policy, submitted_at=DUE + timedelta(minutes=15)).score == 70
    assert score(given, policy, submitted_at=DUE + timedelta(minutes=16)).score == 63
    assert score(given, policy, submitted_at=DUE + timedelta(days=1, seconds=1)).score == 56
    assert score(given, policy, submitted_at=DUE + timedelta(days=40)).score == 49
    assert score(given, policy, submitted_at=None).score == 70
    assert days_late(policy, DUE + timedelta(days=2)) == 2


def test_lateness_is_told_as_an_adjustment():
    scored = score(three("PPPF"), late(per_day_percent=10), submitted_at=DUE + timedelta(hours=1))
    (adjustment,) = scored.adjustments
    assert (adjustment.kind, adjustment.points) == ("late", -7)
    assert adjustment.reason == "Handed in 1 day late: 10 % is taken off."


def test_an_override_gives_points_and_says_who_decided():
    scored = score(three("PPPF"), DEFAULT, override(check="shopping_cart.a", points=20))
    assert scored.score == 90
    (adjustment,) = scored.adjustments
    assert (adjustment.kind, adjustment.points, adjustment.by) == ("override", 20, "R. Smith")


def test_an_excused_check_leaves_the_others_to_share_the_weight():
    scored = score(three("FPPP"), DEFAULT, override(check="cache_manager.a", excused=True))
    assert (scored.score, scored.max_score) == (100, 100)


def test_an_excused_exercise_counts_out_of_nothing():
    scored = score(three("PPPF"), DEFAULT, override(exercise="shopping_cart", excused=True))
    assert (scored.score, scored.max_score) == (70, 70)


def test_an_excused_student_has_no_score():
    scored = score(three("PPPF"), DEFAULT, override(excused=True))
    assert (scored.status, scored.score) == (Status.NOT_GRADED, None)
    assert scored.reason == "Excused: Unclear wording."


def test_an_excuse_is_not_late_and_nothing_is_taken_from_nothing():
    policy = late(per_day_percent=10)
    excused = score(three("PPPF"), policy, override(excused=True), DUE + timedelta(1, 1))
    assert [a.kind for a in excused.adjustments] == ["excused"]
    assert score(three("FFFF"), policy, submitted_at=DUE + timedelta(1, 1)).adjustments == ()


def test_scoring_twice_changes_nothing():
    policy = late(per_day_percent=10)
    first = score(three("PPPF"), policy, override(check="shopping_cart.a", points=5), DUE + timedelta(1))
    again = score(three("PPPF"), policy, override(check="shopping_cart.a", points=5), DUE + timedelta(1))
    assert first == again
