"""Checks of the cache manager: callers that die, freeze or are slower than their lock."""

import json
from math import inf
from random import Random
from typing import Any

from grader.interleave.calls import Call, Compute, Raised
from grader.suites.cache_hints import (
    ERROR,
    FREED,
    LOCK_GONE,
    ONE,
    OWN_ERROR,
    RELEASED,
    TOO_EARLY,
    TOO_SHORT,
    TWO_THREADS,
    why_third,
    why_value,
)
from grader.suites.cache_rules import (
    TAKES,
    WITHIN_SECONDS,
    advance_in_turns,
    advance_until,
    callers,
    expect_computes,
    expect_error,
    expect_next,
    expect_returned,
    expect_values,
    given,
    let_compute,
    run_to,
    why_open,
)
from grader.suites.check import check
from grader.suites.expect import CheckFailedError, expect, sentence
from grader.suites.lab import Lab, Pending, StandIn
from grader.suites.names import word

MOST_STOPS = 12  # places in one call at which its process is frozen
FROZEN_SECONDS = 8.0  # before somebody else comes: a lock may last a little longer
LONGEST_COMPUTE = 8.0  # seconds, for which a lock has to last
SUCCESSOR_SECONDS = 5.0  # that the successor computes: longer than the others are looked at beside it


@check(points=1, objective="crashes", guide="cache-stampede")
def test_the_death_of_a_caller(lab: Lab, rand: Random) -> None:
    """From the death of a caller's process inside compute() the others are held up for 10 seconds at most."""
    second, third = callers(lab, 2)
    # Those who wait come soon after the death or late; the first then wait for longer than 10 seconds.
    for lived, waited, takes in ((0.0, 4.0, 6.0), (7.5, 8.0, 0.0)):
        key, before, keys = word(rand), len(lab.computed), {state.key for state in lab.keys()}
        victim = lab.new("victim", actor=lab.enter())
        victim.get_or_compute.begin(key, Compute("lost", takes=8))
        let_compute(lab)
        lab.advance(lived)
        expect_computes(lab.computed[before:], 1, "before its caller died", ONE)
        lab.kill(victim)
        lab.advance(waited)
        waits = [one.get_or_compute.begin(key, Compute("found", takes=takes)) for one in (second, third)]
        went_on = advance_until(lab, lambda before=before: len(lab.computed) > before + 1, 12 - waited)
        hint = ONE if went_on else _why_held_up(lab, keys)
        expect_next(lab.computed[before:], 2, waits, "12 seconds after its first caller had died", hint)
        lab.advance(takes + WITHIN_SECONDS)
        began = [one.begin for one in lab.computed[before:]]
        hint = ONE if began[2:] and began[2] - began[1] < TAKES else TOO_SHORT
        expect_computes(lab.computed[before:], 2, "by the caller that died and one that waited", hint)
        expect_returned(waits, "within a second of the value being stored", why_open(lab))
        expect_values(waits, "What the others returned", ["found"] * 2, hint)
    _take_over_at_once(lab, second, third, word(rand))


def _why_held_up(lab: Lab, keys: set[str]) -> str:
    """Why nobody took over from a dead caller; ``keys`` were there before it came."""
    left = {state.key: state.ttl for state in lab.keys() if state.key not in keys}
    if not left:
        return LOCK_GONE
    key = max(left, key=lambda name: inf if left[name] is None else left[name])
    if left[key] is None:
        return f"The key {key!r} never ends: a dead caller's lock needs an expiry."
    return (
        f"The key {key!r} lives for {left[key]:.0f} more seconds. A dead caller's lock has to end by itself "
        "within 10 seconds, and nobody but its holder may renew it."
    )


def _take_over_at_once(lab: Lab, second: StandIn, third: StandIn, key: str) -> None:
    """Two callers come at the same moment, long after the death; their commands take turns."""
    before, victim = len(lab.computed), lab.new("victim", actor=lab.enter())
    victim.get_or_compute.begin(key, Compute("lost", takes=8))
    let_compute(lab)
    lab.kill(victim)
    lab.advance(12)
    calls = [one.get_or_compute.begin(key, Compute("found", takes=TAKES)) for one in (second, third)]
    advance_in_turns(lab, TAKES + 2 * WITHIN_SECONDS)
    hint = "A dead caller's lock is taken over in one atomic step too: let Valkey expire it, and use NX."
    expect_next(
        lab.computed[before:], 2, calls, "by the caller that died and one of two that came later", hint
    )
    expect_returned(calls, "within a second of the value being stored", why_open(lab))
    expect_values(calls, "What the two returned", ["found"] * 2, hint)


@check(points=1, objective="atomicity", guide="cache-stampede")
def test_a_frozen_caller_releases_nothing(lab: Lab, rand: Random) -> None:
    """A caller that was slower than its lock returns its own value and releases nothing of its successor."""
    trio = callers(lab, 3)
    for batches in range(1, MOST_STOPS):
        if not _freeze(lab, trio, word(rand), batches):
            break
    _compute_for_long(lab, trio[0], word(rand))


def _compute_for_long(lab: Lab, caller: StandIn, key: str) -> None:
    """One caller is slower than any lock, with nobody beside it."""
    lab.empty()
    caller.get_or_compute(f"{key}2", Compute("quick"))
    eternal = lab.eternal_keys()  # then that is another check's affair
    seen = caller.get_or_compute(key, Compute("own", takes=13))
    hint = "A caller that lost its lock still has its own value to return."
    expect(seen, "What a caller returned whose compute() took 13 seconds").to_equal("own", hint=hint)
    if not eternal:
        lab.expect_every_key_expires("What is written where a lock was lost has an expiry, too.")


def _freeze(lab: Lab, trio: list[StandIn], key: str, batches: int) -> bool:
    """Freeze the first caller after so many batches until the second took over; False where it ended."""
    first, second = trio[:2]
    before = len(lab.computed)
    slow = first.get_or_compute.begin(key, Compute("slow", takes=1.2))
    frozen = run_to(lab, slow, batches)
    lab.freeze(first)
    lab.advance(FROZEN_SECONDS)
    trio[2].delete(key)  # what the first may have stored
    successor = second.get_or_compute.begin(key, Compute("new", takes=SUCCESSOR_SECONDS))
    advance_until(lab, lambda: successor.done or _computes(lab, second, before), 12 - FROZEN_SECONDS)
    lab.advance(0.5)  # so that what the two of them do now and then doesn't fall together
    lab.thaw(first)
    if _computes(lab, second, before) and not successor.done:
        _look_beside(lab, trio[2], slow, key)
    lab.advance(SUCCESSOR_SECONDS + 2 * WITHIN_SECONDS)
    hint = "A caller that lost its lock still has its own value to return."
    expect_returned([slow], "long after compute() had ended", hint)
    expect_returned([successor], "long after compute() had ended", why_open(lab, second))
    allowed = ["slow"] if _computes(lab, first, before) else ["slow", "new"]
    value = slow.value()
    hint = hint if value is None else _why_wrong(value, hint)
    expect(value, "What the frozen caller returned").to_be_one_of(allowed, hint)
    value = successor.value()
    expect(value, "What its successor returned").to_be_one_of(["slow", "new"], _why_wrong(value, ONE))
    return frozen


def _why_wrong(value: Any, otherwise: str) -> str:
    return why_value([value], ["new" if value == json.dumps("new") else "slow"], otherwise)


def _computes(lab: Lab, caller: StandIn, before: int) -> bool:
    return any(one.actor == caller.actor.name for one in lab.computed[before:])


def _look_beside(lab: Lab, third: StandIn, slow: Pending, key: str) -> None:
    """The second still computes, the first was thawed: a third caller must wait."""
    before = len(lab.computed)
    advance_until(lab, lambda: slow.done, 2)
    mark = lab.last_number
    third.delete(key)  # what the first may have stored
    deleted = lab.last_number
    waits = third.get_or_compute.begin(key, Compute("third"))
    lab.advance(2)
    if _computes(lab, third, before):
        seen, hint = why_third(lab.sent_since(mark).of(third.actor.name), deleted, "third")
        raise CheckFailedError(
            "A third caller computed, though the second one still did.",
            sentence("it waits for the caller that took over"),
            sentence(seen),
            hint,
        )
    lab.advance(SUCCESSOR_SECONDS + WITHIN_SECONDS)
    expect_returned([waits], "long after compute() had ended", why_open(lab, third))
    waits.answer()


@check(points=0.5, objective="atomicity", guide="cache-stampede")
def test_a_slow_thread_releases_nothing(lab: Lab, rand: Random) -> None:
    """A thread that was slower than its lock releases nothing of another thread of its process."""
    key, (cache, third) = word(rand), callers(lab, 2)
    # The first one raises, long after its lock: what gives a lock back then must look whose it is, too.
    computes = (
        Compute(takes=13, raises=("ComputeFailed", "too late"), name="first"),
        Compute("slow", takes=8, name="second"),
    )
    slow = [Call("get_or_compute", (key, compute), on="cache1") for compute in computes]
    lab.stage.begin_together(cache.actor, slow)
    doing = lab.last_call = f"2 threads, each in {slow[0]}"
    lab.advance(13)
    if len(lab.computed) > 1:
        began = lab.computed[1].begin
        lab.advance(max(0.0, began + 5.5 - lab.waited))
        mark = lab.last_number
        third.delete(key)
        deleted = lab.last_number
        waits = third.get_or_compute.begin(key, Compute("third"))
        lab.advance(2)
        if _computes(lab, third, 0):
            seen, hint = why_third(lab.sent_since(mark).of(third.actor.name), deleted, "third")
            if hint == RELEASED:
                hint = TWO_THREADS
                if began - lab.computed[0].begin < LONGEST_COMPUTE:
                    seen, hint = "it found no lock", TOO_EARLY
            raise CheckFailedError(
                "A third caller computed, though the second thread had taken over.",
                sentence("it waits for the caller that took over"),
                sentence(seen),
                hint,
            )
        lab.advance(8)
        waits.value()
    lab.last_call = doing
    if not advance_until(lab, lambda: not cache.actor.busy, LONGEST_COMPUTE + 2 * WITHIN_SECONDS):
        raise CheckFailedError(
            f"{doing} had not returned long after compute() had ended.",
            sentence("it has returned"),
            sentence("it was still waiting"),
            why_open(lab)() if len(lab.computed) > 1 else FREED,
        )
    failed, answer = lab.stage.finish_together(cache.actor)
    value = given(answer)
    hint = OWN_ERROR if value == given(failed) else why_value([value], ["slow"], ERROR)
    expect(value, "What a thread returned").to_equal("slow", hint)
    # Whether an error goes on as it is where no lock was lost is another check's affair.
    if lab.computed[0].name == "first" and isinstance(failed, Raised) and failed.module.startswith("redis"):
        expect_error(failed, "ComputeFailed", "too late", len(lab.computed))
