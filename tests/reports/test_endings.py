"""Which line of a race's ending is marked as wrong."""

from grader.results import Value
from reports.detail import LEVELS
from reports.endings import endings


def marked(expected, seen):
    shown = endings(Value(expected), Value(seen), LEVELS[0])
    return [piece.text for piece in shown.seen if piece.differs]


def test_a_call_is_held_to_what_it_gives_in_a_right_ending():
    right = "it.add(1) → 1\nit.size() → 2\n\nit.add(1) → 2\nit.size() → 2"
    assert marked(right, "it.add(1) → 2\nit.size() → 1") == ["it.size() → 1"]
    assert marked(right, "it.add(1) → 3\nit.size() → 2") == ["it.add(1) → 3"]
    assert marked(right, "it.add(1) → 1\nit.size() → 2") == []


def test_where_the_right_ending_tells_of_one_call_alone_the_others_are_not_marked():
    assert marked("it.size() → 2", "it.add(1) → 1\nit.add(2) → 2\nit.size() → 1") == ["it.size() → 1"]
