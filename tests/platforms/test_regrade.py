"""When two gradings have the same outcome."""

from dataclasses import replace
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

from grader.regrade import differences, settings_of
from grader.results import Outcome
from grader.settings import Settings

ROOT = Path(__file__).parents[2]
spec = spec_from_file_location("made_results", ROOT / "tests/reports/formats/made_results.py")
made = module_from_spec(spec)
spec.loader.exec_module(made)
RECORDED = made.graded()


def with_checks(*checks, score=3.0):
    exercise = replace(RECORDED.exercises[0], checks=checks, score=score)
    return replace(RECORDED, exercises=(exercise, RECORDED.exercises[1]))


def test_times_and_the_server_make_no_difference():
    again = replace(RECORDED, run=replace(made.RUN, duration=9.0, server="container", settings_digest="3"))
    assert differences(RECORDED, again) == ()


def test_an_outcome_that_changed_is_named_with_what_may_be_why():
    first, *others = RECORDED.exercises[0].checks
    again = with_checks(replace(first, outcome=Outcome.FAILED, score=0.0), *others, score=1.0)
    again = replace(again, run=replace(made.RUN, suite_digest="4"))
    assert differences(RECORDED, again) == (
        "cache_manager.check_of_1: passed was recorded, failed came out.",
        "The exercises' scores are not those that were recorded.",
        "The suite is not the one that it was graded with.",
    )


def test_checks_that_came_or_went_are_named():
    checks = RECORDED.exercises[0].checks
    renamed = replace(checks[0], id="cache_manager.another")
    assert differences(RECORDED, with_checks(renamed, *checks[1:])) == (
        "cache_manager.check_of_1 was recorded and is no longer there.",
        "cache_manager.another was not recorded.",
    )


def test_another_submission_with_the_same_outcome_is_not_the_same():
    other = replace(RECORDED, submission=replace(RECORDED.submission, digest="5"))
    assert differences(RECORDED, other) == ("The submission is not what was graded.",)


def test_the_recorded_seed_and_exercises_are_used():
    settings = settings_of(RECORDED, Settings(seed=1, sandbox="bubblewrap"))
    assert (settings.seed, settings.sandbox) == (7, "bubblewrap")
    assert settings.exercises == ("cache_manager", "leaderboard")
