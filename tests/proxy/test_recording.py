"""Questions about a recording are pure functions of it; and what a link knows of commands."""

import math

import pytest

from grader.proxy.link import blocking_seconds, is_set_up, unit_length
from grader.proxy.recording import Recording, Sent


def sent(number, words, actor="A", trip=1, **more):
    return Sent(number, actor, 1, trip, tuple(words.encode().split()), 0.0, **more)


RECORDING = Recording(
    (
        sent(1, "HELLO 3", trip=0),
        sent(2, "get k", trip=1, reply=b"abc", answered=True),
        sent(3, "SET k 1", trip=2),
        sent(4, "EXPIRE k 1", trip=2),
        sent(5, "GET k", actor="B", trip=1, reply=[b"a", b"b"], answered=True),
        sent(6, "SCRIPT LOAD x", actor="B", trip=0, reply=b"digest", answered=True),
    )
)


def test_set_up_is_no_round_trip_and_no_command():
    assert RECORDING.round_trips == 3
    assert RECORDING.names == ("GET", "SET", "EXPIRE", "GET")


def test_a_part_of_it():
    assert RECORDING.of("B").round_trips == 1
    assert RECORDING.since(3).names == ("EXPIRE", "GET")
    assert RECORDING.since(99) == Recording()
    assert (RECORDING.last_number, Recording().last_number) == (6, 0)


def test_what_came_back():
    assert RECORDING.reply_bytes == 11
    assert RECORDING.reply_items == 3


@pytest.mark.parametrize(
    ("command", "seconds"),
    [
        ("GET k", None),
        ("BLPOP a b 2.5", 2.5),
        ("blpop a 0", math.inf),
        ("BRPOPLPUSH a b 3", 3),
        ("BLMOVE a b LEFT RIGHT 1", 1),
        ("BLMPOP 4 1 a LEFT", 4),
        ("BZMPOP 0 1 a MIN", math.inf),
        ("BZPOPMIN z 7", 7),
        ("XREAD COUNT 1 BLOCK 1500 STREAMS s $", 1.5),
        ("XREAD BLOCK 0 STREAMS s $", math.inf),
        ("XREAD STREAMS s 0", None),
        ("XREADGROUP GROUP g c BLOCK 10 STREAMS s >", 0.01),
        ("XREADGROUP GROUP BLOCK BLOCK BLOCK 10 STREAMS s >", 0.01),
        ("WAIT 1 300", 0.3),
        ("WAITAOF 0 1 0", math.inf),
        ("BLPOP a soon", None),
        ("BLMPOP", None),
        ("XREAD BLOCK", None),
    ],
)
def test_how_long_a_command_may_block(command, seconds):
    assert blocking_seconds(tuple(command.encode().split())) == seconds


@pytest.mark.parametrize(
    ("held", "length"),
    [
        ("GET a|GET b", 1),
        ("MULTI|INCR a|INCR b|EXEC|GET c", 4),
        ("multi|INCR a|DISCARD|GET c", 3),
        ("MULTI|INCR a", 2),
        ("EXEC", 1),
    ],
)
def test_what_nobody_comes_between(held, length):
    assert unit_length([tuple(one.encode().split()) for one in held.split("|")]) == length


def test_set_up_is_told_apart():
    assert is_set_up((b"client", b"SETINFO"))
    assert not is_set_up((b"EVALSHA", b"x", b"0"))
