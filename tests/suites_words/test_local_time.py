"""Whether an end that is given as a moment lies as far off as local time does."""

import pytest

from grader.proxy.recording import Recording, Sent
from grader.sandbox.walls import WEST_SECONDS
from grader.suites.local_time import HINT, hours_off

WALL = 1_796_000_000.25  # when the check began


def told(words, at=0.0):
    command = tuple(word.encode() for word in words.split())
    return hours_off(Recording((Sent(1, "A", 1, 1, command, at),)), WALL)


@pytest.mark.parametrize("ttl", [1, 300, 1800])
def test_a_moment_that_is_hours_off_is_told(ttl):
    for off in (WEST_SECONDS, -WEST_SECONDS):
        moment = int(WALL) + off + ttl + 1
        assert told(f"EXPIREAT k {moment}") == HINT
        assert told(f"SET k 1 PXAT {moment}123") == HINT
        assert told(f"ZADD k {moment}.125 a") == HINT
        assert told(f"EXPIREAT k {moment + 7000}", at=7000.0) == HINT


@pytest.mark.parametrize(
    "words",
    ["EXPIREAT k 1796000300", "SET k 1 EX 18000", "SET k 17960183000000", "GET k", "SET k 1796018300x EX 9"],
)
def test_nothing_else_is(words):
    assert told(words) == ""
