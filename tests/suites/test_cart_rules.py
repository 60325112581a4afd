"""How carts are read in any form, and how races between them are judged."""

import pytest

from grader.interleave.calls import Raised, Returned
from grader.interleave.explorer import Ending, Scenario
from grader.suites.cart_races import Race
from grader.suites.cart_rules import plain, units_of
from grader.suites.lab import Calls

ann, guest = Calls("ann"), Calls("guest")


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ({"tea": 2}, {"tea": 2}),
        ({"tea": "2"}, {"tea": 2}),
        ([("tea", 2), ["milk", "3"]], {"tea": 2, "milk": 3}),
        ({"tea": 0}, {"tea": 0}),
        (None, {}),
        ({}, {}),
        ("tea", "tea"),
        (7, 7),
        ({"tea": None}, {"tea": None}),
        ([["tea"]], [["tea"]]),
    ],
)
def test_plain_reads_quantities_in_any_form(given, read):
    assert plain(given) == read


@pytest.mark.parametrize(
    ("answer", "units"),
    [
        (Returned({"tea": 2, "milk": "3"}), 5),
        (Returned([("tea", 2)]), 2),
        (Returned({}), 0),
        (Returned({"tea": None}), None),
        (Returned({"tea": [1]}), None),
        (Returned(None), None),
        (Returned(7), None),
        (Raised("ValueError", "no"), None),
    ],
)
def test_units_are_added_up_where_they_can_be(answer, units):
    assert units_of(answer) == units


def merge_beside_checkout():
    scenario = Scenario(
        {"ann": ("ann",), "guest": ("guest",)},
        together=(ann.merge("guest"), ann.checkout()),
        setup=(ann.add("tea", 1), guest.add("tea", 2)),
        look=(ann.items(), guest.items()),
    )
    return Race(scenario, "Units were lost.")


def ending(*values):
    answers = [value if isinstance(value, Raised) else Returned(value) for value in values]
    return Ending(tuple(answers[:2]), tuple(answers[2:]))


@pytest.mark.parametrize(
    ("seen", "verdict"),
    [
        (ending(None, {"tea": 3}, {}, {}), ""),
        (ending(None, {"tea": 1}, {"tea": 2}, {}), ""),
        (ending("what merge returns is no matter", {"tea": "3"}, [], None), ""),
        (ending(None, {"tea": 3}, {"tea": 0}, {}), ""),
        (ending(None, {"tea": 1}, {}, {}), "Units were lost."),
        (ending(None, {"tea": 3}, {"tea": 2}, {}), "Units were lost."),
        (ending(None, {}, {"tea": 3}, {}), "Units were lost."),
        (
            ending(Raised("WatchError", "beaten"), {"tea": 1}, {}, {"tea": 2}),
            "ann.merge('guest') raised WatchError: beaten, though it may not.",
        ),
    ],
)
def test_race_allows_what_one_call_after_the_other_gives(seen, verdict):
    assert merge_beside_checkout()(seen) == verdict


def test_race_says_what_is_right():
    rows = merge_beside_checkout().expected.text.splitlines()
    assert "ann.checkout() → {'tea': 3}" in rows
    assert "ann.checkout() → {'tea': 1}" in rows
    assert not any("merge" in row for row in rows)
