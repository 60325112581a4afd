"""What the cache manager's checks share: values, key names that could collide, and stampedes."""

import re
from collections.abc import Callable, Iterable, Sequence
from random import Random
from typing import Any

from grader.clock import NANOSECONDS
from grader.interleave.calls import Answer, Raised, Returned, show
from grader.interleave.explorer import Ending
from grader.interleave.moves import Choose, Move, all_begin
from grader.interleave.waits import Computed
from grader.suites.advice import advice
from grader.suites.cache_hints import (
    ANEW,
    AT_ONCE,
    ERROR,
    GIVE_BACK,
    GOES_ON,
    JSON_TEXT,
    NOT_GIVEN,
    RAISED,
    ended,
    seconds_before_computing,
    why_late,
    why_several,
    why_value,
)
from grader.suites.clues import Lost
from grader.suites.expect import CheckFailedError, expect, is_number, sentence
from grader.suites.lab import Lab, Pending, StandIn
from grader.suites.names import word

# The contract says a second; the rest is what a waiter that looks once a second may need besides.
WITHIN_SECONDS = 1.5
TAKES = 0.6  # virtual seconds of a compute() that isn't slow: long enough for most waiters to look again
TEN_YEARS = 3650 * 86400  # seconds
NOTHING = "nothing"  # a default that no check stores


# Values


def json_value(rand: Random, depth: int = 3) -> Any:
    """A random JSON value, nested."""
    if depth == 0:
        return rand.choice([None, True, False, 0, -7, 1.5, "", "null", "5", "é 🍵\n", rand.randrange(2**70)])
    inner = [json_value(rand, depth - 1) for _ in range(rand.randrange(3))]
    if rand.random() < 0.5:
        return inner
    return {f"{word(rand)} {n}": value for n, value in enumerate(inner)}


def stored(cache: StandIn, keys: Iterable[str]) -> dict[str, Any]:
    """What get gives for those of the keys that have an entry."""
    asked = list(keys)
    found = zip(asked, cache.get.each([(key, NOTHING) for key in asked]), strict=True)
    return {key: value for key, value in found if value != NOTHING}


def fill(cache: StandIn, keys: Iterable[str]) -> None:
    """Store 1 under each key: at one go where set_many works, which is another check's affair."""
    entries = dict.fromkeys(keys, 1)
    cache.set_many.answer(entries)
    if given(cache.get_many.answer(list(entries))) != entries:
        cache.set.many(list(entries.items()))


# Names that could collide with a module's helper keys


def layout_of(names: Iterable[str], probe: str) -> tuple[str, str] | None:
    """What stands before and after ``probe`` in the one key that holds it; None where that isn't told."""
    found = [name.split(probe) for name in names if name.count(probe) == 1]
    return (found[0][0], found[0][1]) if len(found) == 1 else None


def named_like(helpers: Iterable[str], layout: tuple[str, str] | None) -> list[str]:
    """The keys whose entries a module with that layout would call by a helper key's name."""
    if layout is None:
        return []
    before, after = layout
    fits = [name for name in helpers if name.startswith(before) and name.endswith(after)]
    return [key for name in fits if (key := name[len(before) : len(name) - len(after) or None])]


def namespaces_in(helpers: Iterable[str]) -> list[str]:
    """The parts of helper keys' names that could be a namespace."""
    return sorted({part for name in helpers for part in re.findall(r"[A-Za-z0-9_-]+", name)})


# Times


def about_seconds(left: object, most: int, otherwise: str) -> str:
    """The hint for a wrong number of seconds."""
    if isinstance(left, float):
        return "ttl is a whole number of seconds, rounded either way."
    if isinstance(left, int) and left > most:
        return "ttl counts seconds: PTTL and PX count milliseconds."
    return otherwise


def expect_ten_years(cache: StandIn, key: str) -> None:
    """An entry that was written for ten years has them, as far as one has that set wrote."""
    cache.set("long", 1, ttl=TEN_YEARS)
    right = cache.ttl("long")
    if is_number(right) and right > TEN_YEARS * 9 // 10:  # else that is another check's affair
        expect(cache.ttl(key), "ttl of an entry that lives for ten years").to_be_between(
            right * 9 // 10, right * 11 // 10, hint="A ttl is any whole number of seconds, ten years too."
        )


# Callers that wait


def expect_returned(calls: Sequence[Pending], when: str, hint: str | Callable[[], str] = "") -> None:
    """None of the calls is open any more; a hint that takes long to find is asked for where one is."""
    for call in calls:
        if not call.done:
            raise CheckFailedError(
                f"{call.call} had not returned {when}.",
                sentence("it has returned"),
                sentence("it was still waiting"),
                hint if isinstance(hint, str) else hint(),
            )


def given(answer: Answer) -> Any:
    """What a call returned, or the words for what it raised."""
    return answer.value if isinstance(answer, Returned) else f"{answer}{RAISED}"


def why_open(lab: Lab, only: StandIn | None = None) -> Callable[[], str]:
    """Finds the hint where callers, or this one, waited too long."""

    def look() -> str:
        recording = lab.sent_since()
        return why_late(recording.of(only.actor.name) if only else recording)

    return look


def expect_computes(seen: Sequence[Computed], times: int, why: str, hint: str = "") -> None:
    """So many calls of compute(), no more and no fewer."""
    if len(seen) != times:
        hint = hint if seen else AT_ONCE
        raise CheckFailedError(
            f"compute() was called {_times(len(seen))}, {why}.",
            sentence(_times(times)),
            sentence("; ".join(f"by {one.actor} after {one.begin:.2f} s" for one in seen) or "never"),
            hint,
        )


def expect_next(
    seen: Sequence[Computed], times: int, waits: Sequence[Pending], why: str, hint: str = ""
) -> None:
    """So many calls of compute(), the last one by a caller that waited."""
    if len(seen) < times:
        for call in waits:
            expect_waiting(call)
    expect_computes(seen, times, why, hint)


def expect_waiting(call: Pending) -> None:
    """A call that has neither a value nor a compute() of its own is still open."""
    if call.done:
        answer = call.answer()
        raise CheckFailedError(
            f"{call.call} was over before any compute() had given a value.",
            sentence("it waits, or it computes"),
            sentence(ended(answer)),
            _about_end(answer),
        )


def _about_end(answer: Answer) -> str:
    """The hint for a caller that waited no longer, and computed nothing."""
    if isinstance(answer, Raised):
        return advice(answer) or GOES_ON
    return GOES_ON if answer.value is None else NOT_GIVEN


def expect_values(calls: Sequence[Pending], what: str, right: Sequence[Any], hint: str = "") -> None:
    """What calls that have returned gave."""
    values = [call.value() for call in calls]
    expect(values, what).to_equal(right, hint=why_value(values, right, hint))


def expect_error(answer: Answer, kind: str, text: str, computed: int) -> None:
    """The error that compute() raised came out of the call, unchanged."""
    text = repr(text) if kind == "KeyError" else text  # as str has it
    if not isinstance(answer, Raised) or (answer.type, answer.message) != (kind, text):
        raise CheckFailedError(
            "The error that compute() raised did not reach its caller.",
            sentence(f"{kind}: {text}"),
            sentence(str(answer) if isinstance(answer, Raised) else f"it returned {answer}"),
            ERROR if computed == 0 else "Whatever compute() raises goes on to its caller, the same error.",
        )


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def advance_until(lab: Lab, done: Callable[[], bool], seconds: float) -> bool:
    """Let virtual time pass until ``done``, which only an answer or a compute() changes; whether it holds."""
    lab.stage.run(done, horizon=_horizon(lab, seconds), freely=True)
    return done()


def let_compute(lab: Lab) -> None:
    """Let who has begun come to its compute(), which may take a moment, and all go on as far as they can."""
    before = len(lab.computed)
    advance_until(lab, lambda: len(lab.computed) > before, WITHIN_SECONDS)
    lab.idle()


def _horizon(lab: Lab, seconds: float) -> int:
    return lab.stage.clock.now + int(seconds * NANOSECONDS)


def advance_in_turns(lab: Lab, seconds: float) -> None:
    """Let virtual time go on by so much; who wakes at the same moment takes turns, command by command."""
    last = ""

    def choose(moves: Sequence[Move]) -> Move:
        nonlocal last
        chosen = next((move for move in moves if move.actor > last), moves[0])
        last = chosen.actor
        return chosen

    lab.stage.run(lambda: False, choose, horizon=_horizon(lab, seconds))


def in_turns() -> Choose:
    """Chooses among threads: all begin, and then whoever went on last comes last."""
    went: dict[tuple[str, int], int] = {}

    def choose(moves: Sequence[Move]) -> Move:
        chosen = all_begin(moves)
        if chosen.ask is None:
            chosen = min(moves, key=lambda move: went.get(move.who, 0))
        went[chosen.who] = len(went) + max(went.values(), default=0)
        return chosen

    return choose


def callers(lab: Lab, count: int, *args: Any, **kwargs: Any) -> list[StandIn]:
    """Objects made with the same arguments, each in a process of its own."""
    return [lab.new(f"cache{n}", *args, actor=lab.enter(), **kwargs) for n in range(1, count + 1)]


class OneComputes:
    """A judge of races: one compute(), one value for all, and nobody waits longer than the contract says."""

    def __init__(self, lab: Lab, stores: str) -> None:
        self._lab = lab
        self._stores = stores  # is in every command that stores the value
        self._computed, self._began = len(lab.computed), lab.waited

    def __call__(self, ending: Ending) -> str:
        """A sentence about what is wrong with an ending."""
        computed, took = len(self._lab.computed) - self._computed, self._lab.waited - self._began
        # A look, if there is one, deletes the entry and computes it anew.
        later, computed = ending.look[1:], computed - len(ending.look[1:])
        self._computed, self._began = len(self._lab.computed), self._lab.waited
        for answer in (*ending.answers, *ending.look):
            if isinstance(answer, Raised):
                return f"A caller raised {str(answer).rstrip('.')}."
        if any(given(answer) != "later" for answer in later):
            return "After the entry was deleted, a later caller did not compute it anew."
        values = [answer.value for answer in ending.answers if isinstance(answer, Returned)]
        if computed != 1:
            return f"compute() was called {computed} times, though the callers missed at the same time."
        if any(value != values[0] for value in values):
            return f"The callers got different values: {', '.join(map(show, values))}."
        if took > WITHIN_SECONDS:
            return f"A caller returned {took:.1f} seconds late, though the value was stored at once."
        return ""

    def explain(self, lost: Lost) -> tuple[str, str]:
        """The sentence about a wrong ending, sharper where the steps tell more, and a hint."""
        verdict = lost.verdict
        if lost.raised:
            return verdict, advice(lost.raised[0]) or ERROR
        if verdict.startswith("After the entry was deleted"):
            return verdict, ANEW
        if verdict.startswith("compute() was called"):
            return verdict, why_several(lost.steps, self._stores)
        if verdict.startswith("The callers got"):
            return verdict, JSON_TEXT
        if (slept := seconds_before_computing(lost.steps)) > TAKES:
            return f"Nobody computed for {slept:.1f} seconds, though there was no entry.", AT_ONCE
        if lost.seconds <= WITHIN_SECONDS:
            return "After the entry was deleted, a later caller waited long before it computed.", GIVE_BACK
        return verdict, why_late(lost.recording, lost.steps)


# A caller that is frozen


def run_to(lab: Lab, call: Pending, batches: int) -> bool:
    """Run an open call until it has sent so many batches of commands; False where it was over before."""
    sent = 0

    def choose(moves: Sequence[Move]) -> Move:
        nonlocal sent
        sent += moves[0].link is not None
        return moves[0]

    lab.stage.run(lambda: call.done or sent >= batches, choose)
    return not call.done
