"""Expected and seen, aligned, their difference marked."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.results import Value
from reports.catalogue import load
from reports.comparison import compare

ENGLISH = load("en")


def rows(expected, seen, width=240, height=16):
    return compare(value(expected), value(seen), ENGLISH, (width, height)).rows


def value(thing):
    return Value(repr(thing), type(thing).__name__)


def marked(side):
    """A side with [brackets] around what differs."""
    return "".join(f"[{piece.text}]" if piece.differs else piece.text for piece in side) if side else None


@pytest.mark.parametrize(
    ("expected", "seen", "left", "right"),
    [
        (20.0, 10.0, "[20.0]", "[10.0]"),
        ("old", "new", "'[old]'", "'[new]'"),
        ((2, "cy", 40.0), (3, "cy", 40.0), "([2], 'cy', 40.0)", "([3], 'cy', 40.0)"),
        ([1, 2, 3], [1, 2], "[1, 2[, 3]]", "[1, 2]"),
        ("a b", "a  b", "'a[ ]b'", "'a[  ]b'"),
    ],
)
def test_a_short_value_is_one_line_with_its_difference_marked(expected, seen, left, right):
    (row,) = rows(expected, seen)
    assert (marked(row.expected), marked(row.seen)) == (left, right)


def test_types_that_differ_are_marked():
    told = compare(value(1), value("1"), ENGLISH, (240, 16))
    assert told.types_differ
    assert (told.expected_type, told.seen_type) == ("int", "str")


def test_sentences_are_not_taken_apart():
    told = compare(Value("1 round trip"), Value("9 round trips"), ENGLISH, (240, 16))
    assert not told.literal
    assert [marked(told.rows[0].expected), marked(told.rows[0].seen)] == ["1 round trip", "9 round trips"]


def test_a_long_list_is_aligned_item_by_item():
    names = [f"player-{number}" for number in range(12)]
    told = rows(names, [name for name in names if name != "player-6"])
    assert [row.skipped for row in told if row.skipped] == [
        "5 more items, equal on both sides",
        "4 more items, equal on both sides",
    ]
    (lost,) = [row for row in told if not row.same]
    assert (marked(lost.expected), lost.seen) == ("['player-6']", None)


def test_a_long_dict_is_aligned_by_key_whatever_its_order():
    left = {f"item-{number}": number for number in range(9)}
    right = dict(reversed(left.items())) | {"item-4": 5}
    (wrong,) = [row for row in rows(left, right) if not row.same]
    assert marked(wrong.expected) == "'item-4': [4]"
    assert marked(wrong.seen) == "'item-4': [5]"


def test_commas_and_brackets_in_strings_divide_nothing():
    left = ["a, b", "[c", 'd"', "e\\'", {"f": (1, 2)}, "g" * 30]
    told = rows(left, [*left[:-1], "h"])
    (wrong,) = [row for row in told if not row.same]
    assert marked(wrong.seen) == "'[h]'"


def test_too_many_differences_are_counted():
    told = rows(list(range(100, 160)), list(range(200, 260)), height=5)
    assert len(told) == 6
    assert told[-1].skipped == "55 more items are not shown"


def test_a_value_that_was_cut_short_stays_one_line():
    (row,) = compare(
        Value("[1, 2, 3" * 20 + "…", "list"), Value("[" + "9, " * 40 + "]", "list"), ENGLISH, (240, 16)
    ).rows
    assert row.expected
    assert row.seen


SIMPLE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=6) | st.dictionaries(st.text(max_size=6), inner, max_size=6),
    max_leaves=30,
)


@given(SIMPLE, SIMPLE)
def test_any_two_values_are_laid_out_within_bounds(expected, seen):
    told = rows(expected, seen, 60, 8)
    assert 1 <= len(told) <= 10
    # A difference is marked somewhere, unless there is none in what the values look like.
    differs = any(
        piece.differs for row in told for side in (row.expected, row.seen) if side for piece in side
    )
    hidden = any(row.skipped for row in told)
    assert differs or hidden or sorted(repr(expected)) == sorted(repr(seen)) or repr(expected) == repr(seen)
