"""Checks of the cache manager: bad arguments."""

from random import Random

from grader.interleave.calls import Answer, Compute, Returned, Unserializable
from grader.suites.cache_rules import expect_computes, stored
from grader.suites.check import check
from grader.suites.expect import expect, expect_raised
from grader.suites.lab import Lab, StandIn
from grader.suites.names import word, words


def _with_key(cache: StandIn, key: str) -> list[Answer]:
    """What every method does with a key."""
    return [
        cache.set.answer(key, 1),
        cache.get.answer(key),
        cache.delete.answer(key),
        cache.exists.answer(key),
        cache.ttl.answer(key),
        cache.touch.answer(key),
        cache.get_or_compute.answer(key, Compute(1)),
    ]


@check(points=0.5, objective="arguments", guide="bad-arguments")
def test_empty_keys_are_refused(lab: Lab, cache: StandIn, rand: Random) -> None:
    """An empty key raises ValueError in every method, before anything is read, computed or written."""
    key = word(rand)
    cache.set(key, 1)
    hint = "Every method that takes a key refuses an empty one, first of all."
    with lab.traffic() as traffic:
        for answer in _with_key(cache, ""):
            expect_raised(answer, ValueError, hint=hint)
    expect(traffic.round_trips, "The number of round trips").to_equal(0, hint=hint)
    expect_computes(lab.computed, 0, "with an empty key", hint)
    for answer in _with_key(cache, key):
        expect(isinstance(answer, Returned)).to_equal(True, hint="This key is a good one.")


@check(points=0.5, objective="arguments", guide="bad-arguments")
def test_empty_keys_among_many(lab: Lab, cache: StandIn, rand: Random) -> None:
    """An empty key raises ValueError in get_many and set_many too, and nothing is read or stored."""
    key, other = words(rand, 2)
    cache.set(key, 1)
    hint = "Look at all keys before the first one is used."
    with lab.traffic() as traffic:
        for keys in ([key, ""], ["", key], [""]):
            expect_raised(cache.get_many.answer(keys), ValueError, hint=hint)
        for mapping in ({key: 2, "": 3}, {"": 2, other: 3}, {"": 2}):
            expect_raised(cache.set_many.answer(mapping), ValueError, hint=hint)
    expect(traffic.round_trips, "The number of round trips").to_equal(0, hint=hint)
    expect(stored(cache, [key, other])).to_equal({key: 1}, hint=hint)


@check(points=1, objective="arguments", guide="bad-arguments")
def test_bad_ttls_are_refused(lab: Lab, cache: StandIn, rand: Random) -> None:
    """A ttl of 0, below 0 or of 1.5 raises ValueError, before anything is read, computed or written."""
    key, other = words(rand, 2)
    cache.set(key, "old", ttl=100)
    hint = "Check the time-to-live first of all, in every method that takes one."
    for wrong in (0, -1, -rand.randrange(2, 999), 1.5):
        with lab.traffic() as traffic:
            for answer in (
                cache.set.answer(key, "new", ttl=wrong),
                cache.touch.answer(key, ttl=wrong),
                cache.set_many.answer({key: "new", other: 1}, ttl=wrong),
                cache.get_or_compute.answer(key, Compute("new"), ttl=wrong),
                cache.get_or_compute.answer(other, Compute("new"), ttl=wrong),
            ):
                expect_raised(answer, ValueError, hint=hint)
        expect(traffic.round_trips, "The number of round trips").to_equal(0, hint=hint)
    expect_computes(lab.computed, 0, "with a bad ttl", hint)
    expect(stored(cache, [key, other])).to_equal({key: "old"}, hint=hint)


@check(points=0.5, objective="arguments", guide="bad-arguments")
def test_bad_default_ttls_are_refused(lab: Lab, rand: Random) -> None:
    """A default_ttl of 0, below 0 or of 1.5 raises ValueError when the object is made."""
    for wrong in (0, -rand.randrange(1, 999), 1.5):
        answer = lab.try_new(word(rand), default_ttl=wrong)
        expect_raised(answer, ValueError, hint="default_ttl is a time-to-live too: same rule, same error.")
    cache = lab.new("cache", default_ttl=1)
    for _ in range(5):
        cache.set("k", 1)
        seen = cache.get("k")
        if seen == 1:  # on a machine that stood still for a second, the entry may really be gone
            break
    expect(seen).to_equal(1)


@check(points=0.5, objective="arguments", guide="serialisation")
def test_values_that_json_refuses(lab: Lab, cache: StandIn, rand: Random) -> None:
    """A value that json.dumps refuses (a set, bytes, an object) raises TypeError; the old value stays."""
    key = word(rand)
    cache.set(key, "old")
    hint = "Encode the value before anything is written; let json.dumps raise its TypeError."
    with lab.traffic() as traffic:
        for wrong in ({1, 2}, b"bytes", Unserializable(), [1, {2}], {"a": b"b"}, {(1, 2): 3}):
            expect_raised(cache.set.answer(key, wrong), TypeError, hint=hint)
    expect(traffic.round_trips, "The number of round trips").to_equal(0, hint=hint)
    expect(cache.get(key)).to_equal("old", hint=hint)


@check(points=0.5, objective="arguments", guide="bad-arguments")
def test_set_many_stores_all_or_nothing(cache: StandIn, rand: Random) -> None:
    """One value in set_many that json.dumps refuses raises TypeError, and nothing is stored."""
    first, second, third = words(rand, 3)
    cache.set(first, "old")
    hint = "Encode all values before the first command is sent."
    for wrong in ({2}, Unserializable(), {(1, 2): 3}):
        mapping = {first: "new", second: wrong, third: "new"}
        expect_raised(cache.set_many.answer(mapping), TypeError, hint=hint)
        expect(stored(cache, [first, second, third])).to_equal({first: "old"}, hint=hint)
    cache.set_many({first: "new", third: "new"})
    expect(stored(cache, [first, second, third])).to_equal({first: "new", third: "new"})
