"""Wrong settings give a sentence with the line; right ones are laid over the default."""

from datetime import UTC, datetime

import pytest

from grader.assignment import DEFAULT, Detail, Shown
from grader.assignment_file import parse_assignment
from grader.errors import UsageError
from grader.harness.known import known_checks
from grader.overrides import check_known, overrides_of, parse_overrides

WRONG = [
    ("title = 3", "my.toml, line 1: title must be a text in quotes, not a whole number."),
    ("[late]\nper_day = 3", "my.toml, line 2: there is no setting 'per_day'. Is 'per_day_percent' meant?"),
    ('\n[[exercises]]\nid="leaderboard"\n\nweight="x"', "my.toml, line 5: exercises.weight must be a number"),
    ('[[exercises]]\nid="foo"', "my.toml, line 1: exercises lacks 'title'."),
    (
        "[late]\nper_day_percent=1\ncap_percent=120",
        "my.toml, line 3: late.cap_percent must be 0 or more and at",
    ),
    ("due=2026-01-01T00:00:00", "my.toml, line 1: due lacks its offset from UTC"),
    ("a = 1\nx = = 3", "my.toml, line 2: this is not TOML"),
    ("[points]\nleaderboard.x = 3", "my.toml, line 2: a check's id has a dot: write it in quotes."),
    (
        '[[visibility]]\nchecks="*"\nshown="never"',
        "line 3: visibility.shown can't be 'never': it is one of visible,",
    ),
    ("[late]\ngrace_minutes = 1e300", "line 2: late.grace_minutes must be 0 or more and at most 527040."),
    ("[bounds]\nmemory_mib = 0", "my.toml, line 2: bounds.memory_mib must be more than 0."),
    ('[[exercises]]\nid="leaderboard"\n[[exercises]]\nid="leaderboard"', "line 4: there are two exercises"),
    (
        "".join(f'[[exercises]]\nid="{e.id}"\nenabled=false\n' for e in DEFAULT.exercises),
        "line 1: every exercise is switched off",
    ),
]


@pytest.mark.parametrize(("text", "sentence"), WRONG)
def test_what_is_wrong_is_said_with_its_line(text, sentence):
    with pytest.raises(UsageError) as caught:
        parse_assignment(text, "my.toml")
    assert sentence in str(caught.value)


IDS = frozenset({"leaderboard.ties", "cache_manager.set", "shopping_cart.add"})
FOO = '[[exercises]]\ntitle="Foo"\nid="foo"\nclass_name="Foo"\nweight=1'


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            '[points]\n"leaderboard.ties"=1\n"leaderboard.tie"=2',
            "line 3: there is no check 'leaderboard.tie'. Is",
        ),
        ('title="x"\nextra_credit=["*.ties", "board.*"]', "line 2: extra_credit: 'board.*' matches no check"),
        (
            FOO,
            "line 3: there are no checks for an exercise 'foo'; there are for cache_manager, lead",
        ),
        ('[[visibility]]\nchecks="cache.*"', "line 2: visibility: 'cache.*' matches no check"),
    ],
)
def test_a_setting_about_no_check_is_refused(text, sentence):
    with pytest.raises(UsageError) as caught:
        parse_assignment(text, "my.toml", lambda _: IDS)
    assert sentence in str(caught.value)
    parse_assignment(text, "my.toml")


def test_the_checks_that_there_are():
    known = known_checks(DEFAULT)
    assert len({name.partition(".")[0] for name in known}) == 5
    assert "shopping_cart.two_adds_both_count" in known
    assert "leaderboard.it" not in known  # what its suite calls a caller of two races


def test_an_override_of_no_check_is_refused():
    with pytest.raises(UsageError, match=r"o\.toml, line 5: there is no check 'leaderboard\.tie'\. Is"):
        parse_overrides(OVERRIDE + 'check="leaderboard.tie"\npoints=1', "o.toml", IDS)


def test_an_empty_file_is_the_default():
    assert parse_assignment("", "my.toml") == DEFAULT


def test_a_file_says_only_what_differs():
    assignment = parse_assignment(
        'title="X"\ndue=2026-11-30T23:59:00Z\n[[exercises]]\nid="leaderboard"\nweight=5\n'
        '[points]\n"a.b"=2\n[[visibility]]\nchecks="*"\nshown="hidden"\ndetail="hint"\n[late]\ngrace_minutes=5',
        "my.toml",
    )
    assert assignment.due == datetime(2026, 11, 30, 23, 59, tzinfo=UTC)
    assert [e.weight for e in assignment.exercises][:3] == [40, 5, 30]
    assert (assignment.visibility[0].shown, assignment.visibility[0].detail) == (Shown.HIDDEN, Detail.HINT)
    assert (assignment.late.grace_minutes, assignment.late.cap_percent) == (5, 100)


OVERRIDE = '[[overrides]]\nstudent="a"\nreason="r"\nby="me"\n'


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (OVERRIDE, "o.toml, line 1: an override gives points or excused = true"),
        (
            OVERRIDE + 'points=1\nexercise="x"\ncheck="y"',
            "line 1: an override is about an exercise or a check",
        ),
        (OVERRIDE.replace('"r"', '" "') + "points=1", "line 1: an override needs its reason."),
        (OVERRIDE + "points=1\n" + OVERRIDE + "points=2", "line 6: a has an override for this already."),
        (OVERRIDE + "points=-1", "the points of an override are a number of 0 or more"),
        (OVERRIDE + "point=1", "line 5: there is no setting 'point'. Is 'points' meant?"),
    ],
)
def test_a_wrong_override_is_refused_with_its_line(text, sentence):
    with pytest.raises(UsageError) as caught:
        parse_overrides(text, "o.toml")
    assert sentence in str(caught.value)


def test_overrides_are_found_by_any_name_and_known_by_their_subject():
    overrides = parse_overrides(OVERRIDE + 'points=1\ncheck="x.y"', "o.toml")
    assert overrides_of(overrides, "someone", "a") == overrides
    assert overrides_of(overrides, "b") == ()
    check_known(overrides, {"x"}, {"x.y"})
    with pytest.raises(UsageError, match="no known check: 'x"):
        check_known(overrides, {"x"}, {"x.z"})
