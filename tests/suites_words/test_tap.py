"""What is told of the commands that Valkey executed: the clock's own are left out, and nothing else."""

from grader.clock import SHIFT
from grader.suites.tap import Executed, _without_ours

MOVE = (b"EVAL", SHIFT.encode(), b"0", b"5", b"5", b"15", b"clock:offset", b"100000")


def test_what_only_mentions_the_clock_is_a_students():
    found = [
        Executed((b"EVAL", b"return redis.call('KEYS', '*')", b"0", b"clock:offset"), in_script=False),
        Executed((b"KEYS", b"*"), in_script=True),
        Executed((b"LRANGE", b"clock:offset", b"0", b"-1"), in_script=True),
        Executed((b"GET", b"clock:offset"), in_script=False),
    ]
    assert list(_without_ours(found)) == found


def test_the_clocks_own_are_left_out():
    mine = Executed((b"GET", b"k"), in_script=False)
    found = [
        Executed(MOVE, in_script=False),
        Executed((b"SCAN", b"0"), in_script=True),
        mine,
        Executed((b"SELECT", b"15"), in_script=True),
        Executed((b"GET", b"clock:offset"), in_script=True),
    ]
    assert list(_without_ours(found)) == [mine]
