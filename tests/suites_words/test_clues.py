"""Which hint a race that went wrong is given, by what was seen in it."""

import pytest

from grader.interleave.calls import Raised, Returned
from grader.interleave.explorer import Ending
from grader.proxy.recording import Recording, Sent
from grader.results import Step, StepKind
from grader.suites.advice import CLIENT
from grader.suites.clues import GAVE_UP, LOCKED_OUT_NOBODY, NO_ERROR, ONE_AFTER_THE_OTHER, Lost, pick

CALLS = (Step("A", StepKind.CALLS, "ann.merge('guest')"), Step("B", StepKind.CALLS, "ann.add('tea', 2)"))
HINT = "One step."
ANSWERS = (Returned(None), Returned(3))


def sends(actor, text, reply="OK"):
    return Step(actor, StepKind.SENDS, text, reply)


def lost(*steps, sent=(), answers=ANSWERS):
    return Lost((*CALLS, *steps), Recording(sent), Ending(answers, ()))


def execute(actor, reply):
    return Sent(1, actor, 1, 1, (b"EXEC",), 0.0, reply, answered=True)


TORN = (sends("A", "HGETALL guest"), sends("B", "HINCRBY ann tea 2"), sends("A", "DEL guest"))


def test_a_call_that_was_torn_is_named_unless_the_hint_is_about_it():
    assert pick(HINT, "merge")(lost(*TORN)) == HINT
    assert pick(HINT, "add")(lost(*TORN)).startswith("Here merge did its work in several steps")


def test_where_both_were_torn_the_hint_stays():
    steps = (sends("A", "GET a"), sends("B", "GET a"), sends("A", "SET a 1"), sends("B", "SET a 2"))
    assert pick(HINT)(lost(*steps)) == HINT


def test_one_call_after_the_other_is_no_race():
    steps = (sends("A", "HSET ann tea 2"), sends("B", "HSET ann tea 3"))
    assert pick(HINT)(lost(*steps)) == ONE_AFTER_THE_OTHER
    assert pick(HINT, alone="Alone.")(lost()) == "Alone."


@pytest.mark.parametrize(("replies", "hint"), [([None], GAVE_UP), ([None, [1]], HINT)])
def test_a_refused_transaction_is_tried_again(replies, hint):
    sent = tuple(execute("A", reply) for reply in replies)
    assert pick(HINT, "merge")(lost(*TORN, sent=sent)) == hint


def test_what_was_refused_and_tried_again_tears_nothing():
    steps = (
        sends("A", "WATCH guest"),
        sends("B", "HINCRBY ann tea 2"),
        sends("A", "MULTI\nDEL guest\nEXEC", "OK\nQUEUED\n(nil)"),
    )
    assert lost(*steps[1:]).torn == set()
    assert lost(*steps, sends("A", "WATCH guest")).torn == {"A"}


@pytest.mark.parametrize("lock", ["lock:ann", ""])
def test_a_lock_that_the_other_does_not_take_holds_nobody_off(lock):
    others = (sends("B", f"SET {lock} y NX PX 9", "OK"),) if lock else ()
    steps = (sends("A", "SET lock:guest x NX PX 9", "OK"), *others, TORN[1], TORN[2])
    assert pick(HINT, "merge")(lost(*steps)) == LOCKED_OUT_NOBODY


def test_what_a_call_raised_comes_first():
    error = Raised("ConnectionError", "Error 111 connecting to localhost:6379. Connection refused.")
    assert pick(HINT)(lost(*TORN, answers=(error, error))) == CLIENT
    assert pick(HINT)(lost(*TORN, answers=(Raised("KeyError", "'guest'"), Returned(1)))) == NO_ERROR
    assert pick(HINT)(lost(*TORN, answers=(Raised("LockNotOwnedError", "gone"), Returned(1)))) == HINT
