"""How a wrong list of entries is told."""

import pytest

from grader.suites.board_entries import (
    AROUND,
    CUT,
    ENDS,
    EQUALS,
    EXACT,
    FORM,
    FROM_ONE,
    HIGHEST,
    LIST,
    NEGATIVE,
    OWN,
    PLACE,
    RADIUS_0,
    RANKS,
    TIES,
    expect_around,
    expect_entries,
    told_apart,
)
from grader.suites.board_model import BoardModel
from grader.suites.expect import CheckFailedError
from reports.catalogue import load

MODEL = BoardModel({"ann": 5.5, "bob": 4.0, "cat": 4.0, "dan": 1.0}.items())
RIGHT = MODEL.entries()
GIVEN = "The check's own hint."
MORE = [*RIGHT, (5, "eve", 0.5)]


def told(seen, expected=RIGHT, board=MODEL):
    with pytest.raises(CheckFailedError) as caught:
        expect_entries(seen, expected, hint=GIVEN, board=board)
    assert load("de").said(caught.value.message) != caught.value.message
    assert caught.value.hint in {GIVEN, load("en").said(caught.value.hint)}
    return caught.value.message, caught.value.hint


def test_a_right_list_says_nothing():
    expect_entries(list(RIGHT), RIGHT)


@pytest.mark.parametrize(
    ("seen", "message", "hint"),
    [
        (None, "The answer is no list.", LIST),
        (tuple(RIGHT), "The answer is no list.", LIST),
        ([list(entry) for entry in RIGHT], "The answer has [1, 'ann', 5.5] where an entry belongs.", FORM),
        (
            [(player, score, rank) for rank, player, score in RIGHT],
            "The answer has ('ann', 5.5, 1) where an entry belongs.",
            FORM,
        ),
        (
            [(1, "ann", 5), *RIGHT[1:]],
            "The answer gives 'ann' the score 5, not 5.5.",
            EXACT,
        ),
        ([(1, "ann", 9.0), *RIGHT[1:]], "The answer gives 'ann' the score 9.0, not 5.5.", GIVEN),
        (
            RIGHT[:2],
            "The answer lacks 2 of 4 entries, the first of them (2, 'cat', 4.0).",
            GIVEN,
        ),
        ([], "The answer lacks 4 of 4 entries, the first of them (1, 'ann', 5.5).", GIVEN),
        (
            MORE,
            "The answer has entries that do not belong there, the first of them (5, 'eve', 0.5).",
            GIVEN,
        ),
        (RIGHT[::-1], "The answer has (4, 'dan', 1.0) where (1, 'ann', 5.5) belongs.", HIGHEST),
        (
            [RIGHT[0], RIGHT[2], RIGHT[1], RIGHT[3]],
            "The answer has (2, 'cat', 4.0) where (2, 'bob', 4.0) belongs.",
            TIES,
        ),
        (
            [(1, "Ann", 5.5), *RIGHT[1:]],
            "The answer has (1, 'Ann', 5.5) where (1, 'ann', 5.5) belongs.",
            GIVEN,
        ),
        ([*RIGHT, RIGHT[-1]], "The answer has 5 entries, not 4.", GIVEN),
        (
            [(rank - 1, player, score) for rank, player, score in RIGHT],
            "The answer gives 'ann' the rank 0, not 1.",
            FROM_ONE,
        ),
        (
            [(place, player, score) for place, (_, player, score) in enumerate(RIGHT, 1)],
            "The answer gives 'cat' the rank 3, not 2.",
            EQUALS,
        ),
        (
            [(rank + 3, player, score) for rank, player, score in RIGHT],
            "The answer gives 'ann' the rank 4, not 1.",
            RANKS,
        ),
        ([*RIGHT[:3], (3, "dan", 1.0)], "The answer gives 'dan' the rank 3, not 4.", RANKS),
        ([*RIGHT[:3], (0, "dan", 1.0)], "The answer gives 'dan' the rank 0, not 4.", NEGATIVE),
    ],
)
def test_a_wrong_list_is_told_by_what_explains_it(seen, message, hint):
    assert told(seen) == (message, hint)


def test_the_wrong_one_of_two_equals_is_told_from_somebody_who_is_not_on_the_board():
    wrong = "The answer has (2, 'cat', 4.0) where (2, 'bob', 4.0) belongs."
    assert told([RIGHT[0], RIGHT[2]], RIGHT[:2]) == (wrong, CUT)
    assert told([RIGHT[0], RIGHT[2]], RIGHT[:2], board=None) == (wrong, GIVEN)


def test_names_that_look_alike_are_told_apart():
    assert told_apart("\u00e9", "e\u0301") == [r"'\xe9'", r"'e\u0301'"]
    assert told_apart("é", "f") == ["'é'", "'f'"]
    long, longer = told_apart("ab" * 200, "ab" * 200 + "x")
    assert long != longer
    assert len(longer) < 80


@pytest.mark.parametrize(
    ("seen", "radius", "hint"),
    [
        ([], 1, NEGATIVE),
        ([], 0, OWN),
        ([RIGHT[1], RIGHT[2]], 0, RADIUS_0),
        ([RIGHT[2]], 0, PLACE),
        ([RIGHT[0], RIGHT[2]], 1, OWN),
        ([RIGHT[1], RIGHT[2]], 1, PLACE),
        ([RIGHT[3], RIGHT[1]], 1, TIES),
        ([*RIGHT, (5, "eve", 0.5)], 1, AROUND),
        (RIGHT, 1, ENDS),
        (RIGHT[:2], 1, AROUND),
        ([RIGHT[0], (3, "bob", 4.0), RIGHT[2]], 1, EQUALS),
        ([RIGHT[0], RIGHT[2], RIGHT[1]], 1, TIES),
    ],
)
def test_a_wrong_neighbourhood_is_told_by_where_it_was_looked_for(seen, radius, hint):
    with pytest.raises(CheckFailedError) as caught:
        expect_around(seen, MODEL, "bob", radius)
    assert caught.value.hint == hint
    expect_around(MODEL.around("bob", radius), MODEL, "bob", radius)
