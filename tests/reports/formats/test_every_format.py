"""What holds for all formats at once."""

from dataclasses import replace
from datetime import UTC, datetime
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

from grader.assignment import Detail, Shown, VisibilityRule
from grader.results import Evidence, Outcome, Value
from reports.formats.context import Context
from reports.formats.table import APPENDED, FORMATS
from reports.visibility import Visibility

spec = spec_from_file_location("made_results", Path(__file__).with_name("made_results.py"))
made = module_from_spec(spec)
spec.loader.exec_module(made)

# Their text is the results' own data, bounded before it gets there, for programs to read.
DATA = {"json"}
# These say numbers only, or only what has a line in the student's own files.
TERSE = {"github-outputs", "github-annotations"}
ALL = pytest.mark.parametrize("name", sorted(FORMATS))
# What each platform takes at most, in bytes.
LIMITS = {
    "github": 1024 * 1024,
    "classroom": 131_057,
    "classroom50": 10 * 1024 * 1024,
    "prairielearn": 1024 * 1024,
    "junit": 30_000_000,
    "markdown": 65_536,
    "html": 300_000,
}


@ALL
def test_a_submission_that_was_not_graded_is_never_a_zero(name):
    text = FORMATS[name](made.ungraded(), Context())
    assert '"score": 0,\n  "max-score": 20' not in text
    assert "0 of 20" not in text
    assert "0/20" not in text
    assert text != FORMATS[name](made.graded(), Context())


@ALL
def test_two_writings_are_the_same(name):
    assert FORMATS[name](made.graded(), Context()) == FORMATS[name](made.graded(), Context())


@ALL
def test_control_characters_reach_no_platform(name):
    text = FORMATS[name](made.graded(), Context())
    assert name in DATA or not set("\x00\x1b\u202e\ufffe\r") & set(text)


@ALL
@pytest.mark.parametrize("detail", [Detail.HINT, Detail.TITLE, Detail.NONE])
def test_details_that_are_not_shown_are_in_no_format(name, detail):
    results = made.graded(text="SECRETVALUE")
    rules = Visibility(rules=(VisibilityRule("*", Shown.VISIBLE, detail),))
    text = _plain(
        name, FORMATS[name](replace(results, submission=made.ungraded().submission), Context(rules))
    )
    assert "SECRETVALUE" not in text
    assert ("second write" in text) <= (detail is Detail.HINT)
    assert ("of the contract" in text) == (detail is not Detail.NONE and name not in TERSE)


@ALL
def test_a_hidden_check_is_named_in_no_format_but_where_the_platform_hides_it(name):
    rules = Visibility(rules=(VisibilityRule("cache_manager.check_of_2", Shown.HIDDEN),))
    text = _plain(name, FORMATS[name](made.graded(), Context(rules)))
    assert ("Sentence 2" in text) == (name == "gradescope")
    assert ("check_of_2" in text) is False


@ALL
def test_what_is_shown_after_the_due_date_comes_with_the_date(name):
    due = datetime(2026, 12, 1, tzinfo=UTC)
    rules = Visibility(rules=(VisibilityRule("*", Shown.AFTER_DUE_DATE),), due=due)
    results = made.graded(text="plain")
    before = _plain(name, FORMATS[name](results, Context(rules, datetime(2026, 11, 30, tzinfo=UTC))))
    after = _plain(name, FORMATS[name](results, Context(rules, due)))
    assert ("Sentence 3" in before) == (name == "gradescope")
    assert ("Sentence 3" in after) == (name != "github-outputs")  # which holds no names at all


@ALL
def test_output_of_any_size_stays_within_the_platforms_limit(name):
    many = [made.check(number, Outcome.ERRORED, 0.7, "\u4e16`" * 30_000) for number in range(100)]
    results = made.graded()
    exercise = replace(results.exercises[0], checks=tuple(many))
    text = FORMATS[name](replace(results, exercises=(exercise,)), Context())
    assert name in DATA or len(text.encode()) <= LIMITS.get(name, 30_000_000)


@ALL
def test_a_check_that_says_nothing_is_written(name):
    results = made.graded()
    silent = replace(
        results.exercises[0].checks[1], message="", expected=None, seen=None, hint="", evidence=Evidence()
    )
    exercise = replace(results.exercises[0], checks=(silent,))
    assert FORMATS[name](replace(results, exercises=(exercise,)), Context())


def test_only_files_of_the_platform_are_appended_to():
    assert set(FORMATS) >= APPENDED


def _plain(name, text):
    """The text that a platform decodes before it shows it."""
    return made.decoded(text) if name == "classroom" else text


@ALL
def test_the_endings_of_a_race_are_one_readable_line(name):
    results = made.graded(text="plain")
    raced = replace(
        results.exercises[0].checks[1],
        expected=Value("cart.add(1) → 1\ncart.count() → 2\n\ncart.add(1) → 2\ncart.count() → 2"),
        seen=Value("cart.add(1) → 1\ncart.count() → 1"),
    )
    exercise = replace(results.exercises[0], checks=(raced,))
    text = _plain(name, FORMATS[name](replace(results, exercises=(exercise,)), Context()))
    assert "1\\ncart" not in text or name in DATA
    if name in {"junit", "markdown", "github"}:
        assert "cart.add(1) → 1; cart.count() → 2 or cart.add(1) → 2; cart.count() → 2" in text
