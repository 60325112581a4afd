"""Checks of the cache manager: storing and reading values."""

import json
from random import Random

from grader.interleave.calls import Compute
from grader.suites.cache_rules import NOTHING, expect_computes, given, in_turns, json_value
from grader.suites.check import check
from grader.suites.expect import expect
from grader.suites.lab import Calls, Lab, StandIn
from grader.suites.names import word, words

calls = Calls("cache")
THE_ENTRY = "delete says whether there was an entry: what else is there of this key is not counted."


@check(points=0.5, objective="values", guide="strings")
def test_get_gives_what_set_stored(cache: StandIn, rand: Random) -> None:
    """get gives back what set stored; a second set replaces it; set returns None."""
    key, other = words(rand, 2)
    first, second = {"name": word(rand), "tags": words(rand, 2)}, rand.randrange(10**6)
    expect(cache.set(key, first)).to_equal(None, hint="set returns nothing, whatever Valkey answers.")
    cache.set(other, "another")
    expect(cache.get(key)).to_equal(first)
    cache.set(key, second)
    expect(cache.get(key)).to_equal(second, hint="The second set takes the first one's place.")
    expect(cache.get(other)).to_equal("another", hint="Each key has a value of its own.")


@check(points=1, objective="values", guide="serialisation")
def test_json_values(cache: StandIn, rand: Random) -> None:
    """Any JSON value comes back as JSON gives it: a dict is a dict again, a tuple a list."""
    text = '{"looks": "like JSON"}'
    fixed = [{"a": [1, {"b": None}]}, [[], {}], (1, "two"), {1: "one", "two": 2}, "5", "null", "True", text]
    numbers = [0.1 + 0.2, 1e300, 2**70 + 1, -(2**63) - 1, 3, "é 🍵 \n \x00", "'x'", "  x \n"]
    hint = "Store json.dumps(value) and read json.loads(text), strings too: no special cases are needed."
    before = None
    odd = [{None: 1, True: 2, 1.5: 3}, {"date": "2026-01-02T03:04:05"}]
    for value in [*fixed, *numbers, [json_value(rand)], [json_value(rand)], *odd]:
        cache.set("k", value)
        seen, right = cache.get("k"), json.loads(json.dumps(value))
        stale = "This is the value that was stored before: a second set takes its place."
        about = stale if before is not None and seen == before else hint
        expect(seen, "What get gave").to_equal(right, hint=about)
        before = right
    large = [*(word(rand) for _ in range(2_499)), "é 日本 🍵"]
    cache.set("k", large)
    hint = "A large value is read as it was written, by every method."
    for way, seen, allowed in (
        ("get", cache.get("k"), [large]),
        ("get_many", cache.get_many(["k"]), [{"k": large}]),
        # A hit that is the JSON text is another check's affair.
        ("get_or_compute", cache.get_or_compute("k", Compute("wrong")), [large, json.dumps(large)]),
    ):
        right = seen in allowed
        expect(right, f"Whether {way} gave a list of 2,500 words as it was stored").to_equal(True, hint)


@check(points=0.5, objective="values", guide="serialisation")
def test_none_and_falsy_values(cache: StandIn, rand: Random) -> None:
    """A stored None is None, not the default; 0, "", [] and False are values too."""
    key = word(rand)
    for value in (None, 0, "", [], {}, False):
        hint = "What is falsy is a value too: Valkey's own answer says whether there is one, by being None."
        if value in ([], {}):
            hint = "An empty list and an empty dict are two values: leave the JSON text to json.loads."
        cache.set(key, value)
        expect(cache.get(key, NOTHING), f"get, where {value!r} is stored,").to_equal(value, hint=hint)
        expect(cache.exists(key), f"exists, where {value!r} is stored,").to_equal(True, hint=hint)
        expect(cache.get_many([key]), f"get_many, where {value!r} is stored,").to_equal(
            {key: value}, hint=hint
        )
        expect(cache.delete(key), f"delete, where {value!r} is stored,").to_equal(True, hint=hint)


@check(points=0.5, objective="values", guide="cache-aside")
def test_default_where_there_is_nothing(lab: Lab, cache: StandIn, rand: Random) -> None:
    """get gives the default where there is nothing: None unless told otherwise."""
    key, default = word(rand), ("any", rand.randrange(100))
    expect(cache.get(key)).to_equal(None)
    hint = "The default comes back as it was given: it was never stored, so no JSON is made of it."
    expect(cache.get(key, default)).to_equal(default, hint=hint)
    expect(cache.get(key, default=0)).to_equal(0)
    cache.get.answer(key, Compute("called"))
    expect_computes(lab.computed, 0, "though it was a default", "A default that is a function is not called.")
    cache.set(key, 1)
    expect(cache.get(key, default)).to_equal(1, hint="The default is for keys that have no entry.")
    seen, _ = lab.together(cache.actor, [calls.get(key, NOTHING), calls.delete(key)], in_turns())
    hint = "Between two looks at an entry it can go away: read once, and see from that whether it was there."
    expect(given(seen), "get beside a delete of that key").to_be_one_of((1, NOTHING), hint=hint)


@check(points=0.5, objective="values", guide="strings")
def test_delete_says_whether_there_was_one(lab: Lab, cache: StandIn, rand: Random) -> None:
    """delete takes an entry away: True where there was one, False where there was none."""
    key, other = words(rand, 2)
    cache.set(key, 1)
    cache.set(other, 2)
    expect(cache.delete(key)).to_equal(True, hint="There was an entry.")
    expect(cache.get(key, NOTHING)).to_equal(NOTHING, hint="It was deleted.")
    expect(cache.delete(key)).to_equal(False, hint="There was no entry any more.")
    expect(cache.get(other)).to_equal(2)
    cache.set(key, 1, ttl=50)
    lab.advance(100)
    expect(cache.delete(key)).to_equal(False, hint="It has expired: there was no entry any more.")
    cache.get_or_compute(key, Compute(1))
    cache.invalidate(key)
    if not cache.exists(key):  # where there still is one, that is another check's affair
        seen = cache.delete(key)
        expect(seen, "delete, after an entry was computed and invalidated,").to_equal(False, hint=THE_ENTRY)
    cache.set(key, 1)
    said = lab.together(cache.actor, [calls.delete(key)] * 2, in_turns())
    hint = "Valkey's own answer to the command that deletes says whether there was one: no look comes before."
    expect(sum(map(bool, map(given, said))), "How many of two deletes at once said True").to_equal(1, hint)


@check(points=0.5, objective="values", guide="strings")
def test_exists(lab: Lab, cache: StandIn, rand: Random) -> None:
    """exists says whether there is an entry now."""
    key = word(rand)
    expect(cache.exists(key)).to_equal(False)
    cache.set(key, 1, ttl=50)
    expect(cache.exists(key)).to_equal(True)
    cache.delete(key)
    expect(cache.exists(key)).to_equal(False, hint="It was deleted.")
    cache.set(key, 1, ttl=50)
    lab.advance(100)
    expect(cache.exists(key)).to_equal(False, hint="It has expired: ask Valkey each time.")
