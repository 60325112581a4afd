"""Checks of the cache manager: get_many and set_many."""

from collections.abc import Callable
from random import Random
from typing import Any

from grader.interleave.calls import Iterate
from grader.interleave.moves import all_begin
from grader.suites.cache_hints import IN_SELF
from grader.suites.cache_rules import NOTHING, TEN_YEARS, expect_ten_years, given, json_value, stored
from grader.suites.check import check
from grader.suites.expect import expect
from grader.suites.lab import Calls, Lab, StandIn
from grader.suites.names import word, words

calls = Calls("cache")


@check(points=0.5, objective="values", guide="round-trips")
def test_get_many_gives_the_entries_that_exist(lab: Lab, cache: StandIn, rand: Random) -> None:
    """get_many gives the entries that exist, by key, and leaves out the others."""
    keys = words(rand, 6)
    values = {keys[0]: [1], keys[1]: None, keys[2]: 0, keys[3]: []}
    for key, value in values.items():
        cache.set(key, value)
    cache.set(keys[4], "short", ttl=5)
    lab.advance(60)
    hint = (
        "A key without an entry is left out; a stored None is an entry; every value is what get would give."
    )
    expect(cache.get_many(keys), "What get_many gave").to_equal(values, hint=hint)
    expect(cache.get_many(keys[4:]), "What get_many gave for keys without an entry").to_equal({}, hint=hint)
    answers = lab.together(cache.actor, [calls.get_many([key]) for key in keys[:2]], all_begin)
    for key, seen in zip(keys, map(given, answers), strict=False):
        expect(seen, "What get_many gave in one of two threads").to_equal({key: values[key]}, hint=IN_SELF)


@check(points=0.5, objective="values", guide="round-trips")
def test_get_many_takes_any_iterable(cache: StandIn, rand: Random) -> None:
    """get_many takes any iterable of keys, a generator too."""
    keys = words(rand, 3)
    values = {key: number for number, key in enumerate(keys, 1)}
    for key, number in values.items():
        cache.set(key, number)
    hint = "A generator can be walked once and has no length: make a list of it first."
    for some in (Iterate(tuple(keys)), tuple(keys), set(keys), values):
        expect(cache.get_many(some), "What get_many gave").to_equal(values, hint=hint)
    hint = "Two of the keys may be the same."
    expect(cache.get_many([keys[1], *keys, keys[0]])).to_equal(values, hint=hint)


@check(points=1, objective="performance", guide="round-trips")
def test_get_many_is_one_round_trip(lab: Lab, cache: StandIn, rand: Random) -> None:
    """get_many asks for up to 10,000 keys in one round trip."""
    base = word(rand)
    values = {f"{base}{number * 197}": number for number in range(1, 50)}
    cache.set.many(list(values.items()))
    hint = "One command, or one pipeline, for all keys together."
    for keys in (list(values)[:20], [f"{base}{number}" for number in range(10_000)]):
        found, round_trips = asked(lab, lambda keys=keys: cache.get_many(keys))
        # What it says of keys without an entry is another check's affair.
        there = {key: found.get(key) for key in keys if key in values} if isinstance(found, dict) else found
        expect(there, "What get_many gave").to_equal({key: values[key] for key in keys if key in values})
        expect(round_trips, f"get_many of {len(keys)} keys").to_be_at_most(1, "round trips", hint)


def asked(lab: Lab, call: Callable[[], Any]) -> tuple[Any, int]:
    """What a call gives, and its round trips; of a second call where the first took several.

    For that one may have loaded a script that is for so many alone.
    """
    with lab.traffic() as traffic:
        answer = call()
    if traffic.round_trips > 1:
        lab.evidence_from = lab.last_number
        with lab.traffic() as traffic:
            answer = call()
    return answer, traffic.round_trips


@check(points=0.5, objective="performance", guide="round-trips")
def test_get_many_of_no_keys(lab: Lab, cache: StandIn, rand: Random) -> None:
    """get_many of no keys is an empty dict, without a round trip."""
    key = word(rand)
    cache.set(key, 1)
    expect(cache.get_many([key])).to_equal({key: 1})
    for nothing in ([], (), Iterate(())):
        with lab.traffic() as traffic:
            found = cache.get_many(nothing)
        hint = "There is nothing to ask Valkey for."
        if isinstance(nothing, Iterate):
            hint = "A generator is true even where it yields nothing: look at the list that is made of it."
        expect(found, "get_many of no keys").to_equal({}, hint=hint)
        expect(traffic.round_trips, "get_many of no keys").to_be_at_most(0, "round trips", hint)


@check(points=0.5, objective="values", guide="round-trips")
def test_set_many_stores_all(lab: Lab, cache: StandIn, rand: Random) -> None:
    """set_many stores all values, each with its expiry; nothing to store: nothing happens."""
    keys = words(rand, 6)
    values = {key: [json_value(rand)] for key in keys[2:]}
    for key, value in ((keys[0], None), (keys[1], rand.choice([0, "", [], False]))):
        cache.set("alone", value)
        if cache.get("alone", NOTHING) == value:  # that get finds it is another check's affair
            values[key] = value
    early = {key: value for key, value in values.items() if key not in keys[4:]}
    expect(cache.set_many(values, 50)).to_equal(None, hint="set_many returns nothing.")
    expect(cache.set_many({})).to_equal(None, hint="An empty mapping is no mistake.")
    hint = "Every value is stored, None and what is falsy too."
    expect(stored(cache, early), "What get finds after set_many").to_equal(early, hint=hint)
    lab.advance(45)
    what = "What get finds {} seconds after set_many with ttl=50"
    expect(stored(cache, early), what.format(45)).to_equal(early, hint="They expired too early.")
    lab.advance(35)
    hint = "Each entry of set_many has the ttl of the call."
    expect(stored(cache, keys[4:]), what.format(80)).to_equal({}, hint=hint)
    cache.set_many({keys[2]: 1}, ttl=TEN_YEARS)
    expect_ten_years(cache, keys[2])


@check(points=0.5, objective="performance", guide="round-trips")
def test_set_many_is_one_round_trip(lab: Lab, cache: StandIn, rand: Random) -> None:
    """set_many stores any number of values in one round trip."""
    base = word(rand)
    cache.set_many({base: 0})
    few = {f"{base}{number}": number for number in range(1, rand.randrange(100, 150))}
    many = {f"{base}{number}": number for number in range(1_100)}
    hint = "A pipeline or a script sends everything before the first reply is read."
    for values in (few, many):
        _, round_trips = asked(lab, lambda values=values: cache.set_many(values, ttl=60))
        looked = dict(rand.sample(list(values.items()), 5))
        expect(round_trips, f"set_many of {len(values)} values").to_be_at_most(1, "round trips", hint)
        expect(stored(cache, looked), "What get finds after set_many").to_equal(looked)
