"""Checks of the cache manager: get_or_compute with one caller."""

import json
from collections.abc import Sequence
from math import isfinite
from random import Random

from grader.interleave.calls import Compute
from grader.suites.cache_hints import (
    ANEW,
    AT_ONCE,
    EXACTLY,
    FROM_STORING,
    JSON_TEXT,
    NOT_AGAIN,
    ONE,
    why_value,
)
from grader.suites.cache_rules import (
    NOTHING,
    TAKES,
    TEN_YEARS,
    WITHIN_SECONDS,
    about_seconds,
    callers,
    expect_computes,
    expect_error,
    expect_returned,
    expect_ten_years,
    let_compute,
)
from grader.suites.check import check
from grader.suites.expect import expect
from grader.suites.lab import Lab, StandIn
from grader.suites.names import word, words


@check(points=1, objective="patterns", guide="cache-aside")
def test_a_miss_computes_and_stores(lab: Lab, cache: StandIn, rand: Random) -> None:
    """get_or_compute calls compute() on a miss, stores its value and returns it."""
    key, value = word(rand), {"rows": [rand.randrange(1000), None]}
    expect(cache.get_or_compute(key, Compute(value))).to_equal(value)
    expect_computes(lab.computed, 1, "on a miss", "One miss, one call: its value is stored and returned.")
    expect(cache.get(key)).to_equal(value, hint="What compute() gave is stored.")
    seen = cache.get_or_compute(key, Compute("wrong"))
    hint = "The second caller gets what was stored, as get would give it."
    expect(seen, "What the second caller got").to_equal(value, hint=why_value([seen], [value], hint))
    expect_computes(lab.computed, 1, "for two callers one after the other", hint)


@check(points=0.5, objective="patterns", guide="cache-aside")
def test_a_hit_does_not_compute(lab: Lab, cache: StandIn, rand: Random) -> None:
    """A hit returns without calling compute(); a stored None is a hit too."""
    _expect_hits(lab, cache, rand, (word(rand), None, 0, "", [], False))
    for value in (None, 0, [], ""):
        key, before = word(rand), len(lab.computed)
        expect(cache.get_or_compute(key, Compute(value))).to_equal(value)
        hint = "What compute() gave is stored, whatever it is."
        expect(
            cache.get_or_compute(key, Compute("wrong")),
            f"get_or_compute, where compute() had given {value!r} before,",
        ).to_equal(value, hint=hint)
        expect_computes(lab.computed[before:], 1, f"though it had given {value!r} before")
    _wait_for_none(lab, word(rand))
    _expect_hits(lab, cache, rand, (-1, {}, True))


def _expect_hits(lab: Lab, cache: StandIn, rand: Random, values: Sequence[object]) -> None:
    """Each of the values, once stored, is a hit."""
    before = len(lab.computed)
    for value in values:
        key = word(rand)
        cache.set(key, value)
        hint = "A stored value is a hit, whatever it is; first look, then compute."
        seen = cache.get_or_compute(key, Compute("wrong"))
        expect(seen, f"get_or_compute, where {value!r} is stored,").to_equal(
            value, hint=JSON_TEXT if seen == json.dumps(value) else hint
        )
        expect_computes(lab.computed[before:], 0, f"though {value!r} was stored", hint)


def _wait_for_none(lab: Lab, key: str) -> None:
    """A caller that waits gets a None too."""
    before, (cache, other) = len(lab.computed), callers(lab, 2)
    calls = [cache.get_or_compute.begin(key, Compute(None, takes=TAKES))]
    let_compute(lab)
    calls.append(other.get_or_compute.begin(key, Compute("wrong")))
    lab.advance(TAKES + 2 * WITHIN_SECONDS)
    hint = "A waiting caller has its value as soon as there is an entry, even if that is None."
    expect_returned(calls, "long after compute() had ended", hint)
    values = [call.value() for call in calls]
    expect_computes(lab.computed[before:], 1, "for two callers that missed at the same time", ONE)
    hint = hint if lab.computed[before].actor == cache.actor.name else AT_ONCE
    expect(values, "What the caller and one that waited got").to_equal([None, None], hint=hint)


@check(points=0.5, objective="ttl", guide="cache-aside")
def test_a_computed_value_expires(lab: Lab, cache: StandIn, rand: Random) -> None:
    """A computed value lives for the ttl of the call; after that it is computed anew."""
    key, ttl = word(rand), rand.randrange(20, 200)
    cache.get_or_compute(key, Compute("first"), ttl)
    cache.get_or_compute(f"{key}2", Compute("first", takes=6), ttl=ttl)
    left = cache.ttl(f"{key}2")
    hint = EXACTLY if isinstance(left, int) and left > ttl else FROM_STORING
    # That it is whole is another check's affair.
    left = round(left) if isinstance(left, float) and isfinite(left) else left
    expect(left, f"ttl right after a value was computed and stored for {ttl} seconds").to_be_one_of(
        range(ttl - 2, ttl + 2), hint=about_seconds(left, 10 * ttl, hint)
    )
    lab.advance(ttl * 0.8)
    what = f"get, {ttl * 0.8:g} seconds after a computed value was stored for {ttl} seconds,"
    expect(cache.get(f"{key}2"), what).to_equal("first", hint="It expired too early.")
    lab.advance(ttl * 0.5)
    hint = "It should have expired: the computed value is stored with the ttl of its call."
    expect(
        cache.get_or_compute(key, Compute("second"), ttl=ttl),
        f"get_or_compute, {ttl * 1.3:g} seconds after a value was stored for {ttl} seconds,",
    ).to_equal("second", hint=hint)
    cache.get_or_compute(f"{key}3", Compute("first"), ttl=1)
    lab.advance(2.5)
    expect(
        cache.get_or_compute(f"{key}3", Compute("second")),
        "get_or_compute, 2.5 seconds after a value was stored for one second,",
    ).to_equal("second", hint="It has expired: the value is kept in the entry, nowhere else.")
    cache.get_or_compute(f"{key}4", Compute("long"), ttl=TEN_YEARS)
    expect_ten_years(cache, f"{key}4")


@check(points=0.5, objective="patterns", guide="cache-stampede")
def test_a_miss_computes_at_once(lab: Lab, cache: StandIn, rand: Random) -> None:
    """A miss while nobody computes that key computes at once."""
    began = lab.waited
    for key in words(rand, 8):
        expect(cache.get_or_compute(key, Compute(key))).to_equal(key)
        cache.delete(key)
        expect(cache.get_or_compute(key, Compute("again"))).to_equal("again", hint=ANEW)
    expect(round(lab.waited - began, 2), "The seconds that 16 misses took").to_be_between(
        0, 1, hint="Nobody else computes these keys: there is nothing to wait for."
    )
    seen = cache.get_or_compute(word(rand), Compute("unnamed", has_name=False))
    expect(seen).to_equal("unnamed", hint="compute() is called, and nothing else is asked of it.")


@check(points=0.5, objective="patterns", guide="cache-aside")
def test_an_error_reaches_its_caller(lab: Lab, cache: StandIn, rand: Random) -> None:
    """If compute() raises, anything at all, the error reaches its caller, and nothing is stored."""
    for kind in (
        "ComputeFailed",
        "ValueError",
        "TypeError",
        "TimeoutError",
        "KeyError",
        "KeyboardInterrupt",
        "SystemExit",
        "ComputeStopped",
        "BusyLoadingError",  # this and the next three are redis-py's: compute() may use a server, too
        "LockError",
        "WatchError",
        "ResponseError",
        "RuntimeError",
        "AttributeError",
        "ZeroDivisionError",
        "AssertionError",
        "MemoryError",
        "ConnectionError",
        "StopIteration",  # of a generator it would be the end, and no error
    ):
        (key, text), before = words(rand, 2), len(lab.computed)
        answer = cache.get_or_compute.answer(key, Compute(raises=(kind, text), name=f"raise_{kind}"))
        expect_error(answer, kind, text, len(lab.computed) - before)
        expect_computes(lab.computed[before:], 1, "by one caller, though it raised", NOT_AGAIN)
        expect(cache.get(key, NOTHING), "get after compute() had raised").to_equal(
            NOTHING, hint="After an error nothing is stored."
        )
    _fail_beside_a_set(lab, word(rand))


def _fail_beside_a_set(lab: Lab, key: str) -> None:
    """What was set while a compute() ran that fails is an entry like any other."""
    cache, other = callers(lab, 2)
    held = cache.get_or_compute.begin(key, Compute(takes=TAKES, raises=("ComputeFailed", "beside a set")))
    let_compute(lab)
    for one in (key, f"{key}2"):
        other.set(one, 7)
    held.answer()
    hint = "After an error nothing is stored, and nothing is deleted: the entry is not the caller's."
    seen, right = other.get(key), other.get(f"{key}2")  # that a set lasts is another check's affair
    expect(seen, "get, after a set while a compute() ran that raised,").to_equal(right, hint=hint)


@check(points=0.5, objective="patterns", guide="cache-stampede")
def test_a_value_that_cannot_be_stored(lab: Lab, rand: Random) -> None:
    """After a compute() whose value JSON refuses, a waiting or later caller computes within a second."""
    key, (cache, other, later) = word(rand), callers(lab, 3)
    held = cache.get_or_compute.begin(key, Compute({1, 2}, takes=TAKES))
    let_compute(lab)
    waits = other.get_or_compute.begin(key, Compute("good"))
    hint = "Encoding the value can raise too: is the lock given back then?"
    lab.advance(TAKES + 2 * WITHIN_SECONDS)
    expect_returned([held, waits], "within a second", hint)
    waits.value()
    other.delete(key)
    began = lab.waited
    expect(later.get_or_compute(key, Compute("good"))).to_equal("good")
    expect(round(lab.waited - began, 2), "The seconds that a later caller waited").to_be_between(
        0, 1, hint=hint
    )
