"""What a student may see, and what the totals say then."""

from dataclasses import replace
from datetime import UTC, datetime
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

from grader.assignment import Detail, Shown, VisibilityRule
from grader.results import Adjustment, Evidence, Outcome
from reports.visibility import Visibility, as_student_sees

spec = spec_from_file_location("made_results", Path(__file__).with_name("formats") / "made_results.py")
made = module_from_spec(spec)
spec.loader.exec_module(made)

NOW = datetime(2026, 11, 22, tzinfo=UTC)


def seen(*rules, **settings):
    return as_student_sees(made.graded(), Visibility(rules, **settings), NOW)


def test_without_rules_everything_is_seen():
    assert seen() == made.graded()


def test_hidden_checks_are_one_line_that_keeps_the_total():
    results = seen(VisibilityRule("cache_manager.check_of_[12]", Shown.HIDDEN))
    *others, fold = results.exercises[0].checks
    assert [check.id[-1] for check in others] == ["3", "4", "5", "6"]
    assert (fold.title, fold.points, fold.score) == ("2 checks that are not shown", 4.0, 2.0)
    assert fold.outcome is Outcome.FAILED
    assert fold.evidence == Evidence()
    assert (results.score, results.max_score) == (3.0, 20.0)


def test_hidden_checks_can_be_left_out_of_the_total():
    results = seen(VisibilityRule("cache_manager.check_of_[12]", Shown.HIDDEN), count_hidden=False)
    assert len(results.exercises[0].checks) == 4
    assert (results.score, results.max_score) == (1.0, 16.0)
    assert (results.exercises[0].score, results.exercises[0].max_score) == (1.0, 6.0)


@pytest.mark.parametrize(
    ("shown", "settings", "is_seen"),
    [
        (Shown.VISIBLE, {}, True),
        (Shown.HIDDEN, {"published": True, "due": NOW}, False),
        (Shown.AFTER_DUE_DATE, {"due": NOW}, True),
        (Shown.AFTER_DUE_DATE, {"due": NOW.replace(day=23)}, False),
        (Shown.AFTER_DUE_DATE, {}, False),
        (Shown.AFTER_PUBLISHED, {"published": True}, True),
        (Shown.AFTER_PUBLISHED, {"published": False}, False),
    ],
)
def test_when_a_check_is_seen(shown, settings, is_seen):
    results = seen(VisibilityRule("cache_manager.check_of_1", shown), **settings)
    assert any(check.id.endswith("of_1") for check in results.exercises[0].checks) is is_seen


def test_the_last_rule_that_matches_counts():
    results = seen(
        VisibilityRule("*", Shown.HIDDEN), VisibilityRule("cache_manager.check_of_1", Shown.VISIBLE)
    )
    assert [check.id for check in results.exercises[0].checks] == [
        "cache_manager.check_of_1",
        "cache_manager.not_shown",
    ]


def test_each_level_of_detail_says_less():
    levels = [seen(VisibilityRule("*", Shown.VISIBLE, one)).exercises[0].checks[1] for one in Detail]
    full, hint, title, none = levels
    assert full == made.graded().exercises[0].checks[1]
    assert (hint.message, hint.seen, hint.evidence) == ("", None, Evidence())
    assert hint.hint
    assert hint.guide == "time-to-live"
    assert (title.hint, title.guide, title.title) == ("", "", full.title)
    assert (none.id, none.title) == ("cache_manager.check_2", "Check 2")
    assert {check.outcome for check in levels} == {Outcome.FAILED}


def test_a_hidden_check_is_not_named_as_a_reason():
    results = made.graded()
    checks = list(results.exercises[0].checks)
    checks[4] = replace(checks[4], skipped_because="cache_manager.check_of_1")
    adjusted = Adjustment("override", 1.0, "By hand.", "cache_manager", "cache_manager.check_of_1")
    results = replace(
        results,
        exercises=(replace(results.exercises[0], checks=tuple(checks)),),
        adjustments=(adjusted,),
    )
    rules = Visibility((VisibilityRule("*.check_of_1", Shown.HIDDEN),))
    shown = as_student_sees(results, rules, NOW)
    assert "check_of_1" not in repr(shown)
