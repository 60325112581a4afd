"""Hints about get_or_compute, chosen by what was seen: which of the usual mistakes it was."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from grader.interleave.calls import Answer, Raised
from grader.proxy import resp
from grader.proxy.recording import Recording
from grader.results import Step, StepKind

AT_ONCE = "A miss while nobody computes calls compute() at once, with no pause before it."
ONE = "While one caller computes, the others wait: a lock on the server says that somebody does."
LOOK_FIRST = "First look for the entry, then take the lock, and only then compute."
NO_LOCK = (
    "Nothing on the server says that a caller computes already: take a lock there first, in one atomic step."
)
LOST = "Who doesn't get the lock waits for the value; it computes only once it has the lock itself."
LOOK_AGAIN = "Who gets the lock looks once more: the value may have been stored since the first look."
STORE_FIRST = "Store the value before the lock is given back, or in the same step."
DECIDED = (
    "Who may compute is decided in one atomic step on the server. Who gets the lock looks once more, stores "
    "the value, and only then gives the lock back."
)
GIVE_BACK = "The lock is given back also where the look after taking it found a value."
ANEW = (
    "After a delete this is a miss: compute() is called again. The value is kept in the entry, nowhere else."
)
LOOKS = "A waiting caller looks for the value again and again, at least once a second, and holds up no other."
WOKEN = (
    "A wake-up may come before its receiver listens, or reach one waiter alone: whoever waits for one looks "
    "by itself too, at least once a second."
)
GOES_ON = (
    "A waiting caller doesn't give up: it waits until there is a value, or computes itself where the lock is "
    "free and there is none."
)
NOT_AGAIN = "The error goes to its caller at once: compute() is not tried again."
NOT_GIVEN = "No compute() gave this value: after an error nothing is stored, and a waiting caller computes."
FREED = "However compute() ends, the lock has to go at once, and whatever renews it with it."
FROM_STORING = "The time-to-live begins when the value is stored, not before compute() runs."
EXACTLY = "An entry lives exactly as long as asked."
JSON_TEXT = "This is the JSON text as it is stored: every value that is handed out goes through json.loads."
ERROR = "This error is no matter of who comes first: mend what raises it."
LOCK_GONE = (
    "The lock has run out, but nobody tried again: a dead caller wakes nobody, so a waiter looks by itself."
)
RELEASED = (
    "Before a lock is given back or renewed it must be sure whose it is, in the same step: each call has a "
    "token of its own."
)
TWO_THREADS = (
    "Two threads of one object are two callers: each call needs a token of its own, made when it is called."
)
TOO_SHORT = (
    "A caller computed while another one still did: the lock lasts, and a waiting caller waits, until the "
    "value is stored."
)
TOO_EARLY = (
    "The second thread began before 8 seconds were over: the lock lasts, and a waiting caller waits, for as "
    "long as compute() may take."
)
ENTRY_ALONE = "delete takes away the entry alone: the lock belongs to the caller that computes."
SEEN = "While compute() runs there is no entry yet, for no method: what is there then is a lock."
IN_SELF = "Threads share the object: what belongs to one call must not be kept in self."
OWN_ERROR = "An error is its own caller's: a thread that waited for one that failed computes itself."

RAISED = " was raised"  # ends the words for a call that gave an error instead of a value
_BLOCKING = ("SUBSCRIBE", "PSUBSCRIBE", "SSUBSCRIBE", "BLPOP", "BRPOP", "BLMOVE", "BLMPOP", "BZPOP", "XREAD")
_READING = ("GET", "MGET", "EXISTS", "TTL", "PTTL", "HGET", "HMGET", "HEXISTS", "HTTL", "HPTTL", "STRLEN")
_REFUSED = {"(nil)", "(integer) 0"}


# Why more than one computed in a race


def why_several(steps: Sequence[Step], stores: str) -> str:
    """Of the steps of a race in which two callers computed; ``stores`` is in each command that stores."""
    computing = [place for place, step in enumerate(steps) if step.kind is StepKind.COMPUTES]
    if len(computing) < 2:
        return DECIDED
    first, second = computing[:2]
    before = {place: _sent(steps[:place], steps[place].actor) for place in (first, second)}
    if not all(before.values()):
        return LOOK_FIRST
    if not any(map(_claims, before[second])):
        return NO_LOCK
    if any(_refused(before[place][-1].text, before[place][-1].reply) for place in (first, second)):
        return LOST
    after = [place for place in range(first, len(steps)) if _is_of(steps[place], steps[first].actor)]
    storing = next((place for place in after if stores in steps[place].text), None)
    if storing is None:
        return DECIDED
    if storing < second:
        return LOOK_AGAIN
    return STORE_FIRST if after[0] < second else DECIDED


def _is_of(step: Step, actor: str) -> bool:
    return step.kind is StepKind.SENDS and step.actor == actor


def _sent(steps: Iterable[Step], actor: str) -> list[Step]:
    return [step for step in steps if _is_of(step, actor)]


def _claims(step: Step) -> bool:
    return any(line.split(" ")[0] not in _READING for line in step.text.splitlines())


def _refused(command: str, reply: str) -> bool:
    """Whether a command asked for a lock and did not get it."""
    name, words = command.split(" ", maxsplit=1)[0], command.split(" ")
    return reply in _REFUSED and (name == "SETNX" or (name == "SET" and "NX" in words and "GET" not in words))


def seconds_before_computing(steps: Iterable[Step]) -> float:
    """How long the callers of a race waited before one of them computed."""
    seconds = 0.0
    for step in steps:
        if step.kind is StepKind.COMPUTES:
            break
        if step.kind is StepKind.CLOCK:
            seconds += float(step.text.split()[0])
    return seconds


# Why somebody waited too long, or got a wrong value


def why_late(recording: Recording, steps: Iterable[Step] = ()) -> str:
    """Of what those who wait sent; a subscription stands in the steps of a race alone."""
    names = [one.name for one in recording.sent] + [
        step.text for step in steps if step.kind is StepKind.SENDS
    ]
    return WOKEN if any(name.startswith(_BLOCKING) for name in names) else LOOKS


def why_value(seen: Sequence[Any], right: Sequence[Any], otherwise: str) -> str:
    """Of what callers returned, and of what was right."""
    wrong = [(one, due) for one, due in zip(seen, right, strict=True) if one != due]
    if wrong and all(one == json.dumps(due) for one, due in wrong):
        return JSON_TEXT
    if any(str(one).endswith(RAISED) for one, _ in wrong):
        return ERROR
    return GOES_ON if any(one is None for one, _ in wrong) else otherwise


# Why a third caller computed beside the second


def why_third(recording: Recording, deleted: int, stores: str) -> tuple[str, str]:
    """What it found, and a hint; of what it sent, up to the number ``deleted`` in a delete of the entry."""
    asked = [
        one
        for one in recording.since(deleted).sent
        if one.round_trip and stores not in resp.show_command(one.command)
    ]
    if all(one.name in _READING for one in asked):
        return "nothing on the server kept it from computing", NO_LOCK
    if _refused(resp.show_command(asked[-1].command), resp.show_reply(asked[-1].reply)):
        return "it found the lock taken, and computed all the same", LOST
    deleting = [one for one in recording.sent if one.number <= deleted and one.name in {"DEL", "UNLINK"}]
    gone = {key for one in deleting for key in one.command[1:]}
    if len(gone) > 1:
        return "it found no lock: delete had taken the lock away", ENTRY_ALONE
    return "it found no lock: the slow caller had released its successor's", RELEASED


def ended(answer: Answer) -> str:
    """What a call did that should not have ended."""
    return f"it raised {answer}" if isinstance(answer, Raised) else f"it returned {answer}"
