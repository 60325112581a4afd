"""Checks of the cache manager: bad arguments."""

from collections.abc import Callable, Iterable
from decimal import Decimal
from functools import partial
from random import Random

from grader.interleave.calls import Answer, Compute, Raised, Unserializable
from grader.suites.cache_rules import expect_computes, stored
from grader.suites.check import check
from grader.suites.expect import CheckFailedError, expect, expect_raised, sentence
from grader.suites.lab import Lab, StandIn
from grader.suites.names import word, words

TTL_FIRST = "Check the time-to-live first of all, in every method that takes one."
UNCHANGED = "What get finds after the calls that raised"


def _with_key(cache: StandIn, key: str) -> list[Callable[[], Answer]]:
    """Every method that takes a key, to be called with one."""
    return [
        partial(cache.set.answer, key, 1),
        partial(cache.get.answer, key),
        partial(cache.delete.answer, key),
        partial(cache.exists.answer, key),
        partial(cache.ttl.answer, key),
        partial(cache.touch.answer, key),
        partial(cache.get_or_compute.answer, key, Compute(1)),
    ]


def _expect_refused(
    lab: Lab, calls: Iterable[Callable[[], Answer]], kind: type[BaseException], hint: str
) -> None:
    """Each of the calls raises ``kind`` before it reads or writes anything."""
    for call in calls:
        with lab.traffic() as traffic:
            answer = call()
        expect_raised(answer, kind, hint=hint)
        sent = lab.last_number
        if traffic.round_trips and _touches(lab, call):
            lab.evidence_to = sent  # what was sent the first time shows it
            raise CheckFailedError(
                f"This call raises {kind.__name__}, but only after it has sent something.",
                sentence("nothing is sent before it raises"),
                sentence(f"it sent {', '.join(traffic.recording.names)}"),
                hint,
            )


def _touches(lab: Lab, call: Callable[[], Answer]) -> bool:
    """Whether a call reads or writes: a script may be asked, as long as it looks at its arguments first."""
    with lab.tap() as tap:
        call()
    return bool(tap.touching)


@check(points=0.5, objective="arguments", guide="bad-arguments")
def test_empty_keys_are_refused(lab: Lab, cache: StandIn, rand: Random) -> None:
    """An empty key raises ValueError in every method, before anything is read, computed or written."""
    key = word(rand)
    cache.set(key, 1)
    hint = "Every method that takes a key refuses an empty one, first of all."
    _expect_refused(lab, _with_key(cache, ""), ValueError, hint)
    expect_computes(lab.computed, 0, "with an empty key", hint)
    for call in _with_key(cache, key):
        if isinstance(answer := call(), Raised):
            raise CheckFailedError(
                f"This call raised {answer.type}, though its key is a good one.",
                sentence("it returns"),
                sentence(str(answer)),
                "Only the empty key is refused, and only what is wrong with it may raise here.",
            )


@check(points=0.5, objective="arguments", guide="bad-arguments")
def test_empty_keys_among_many(lab: Lab, cache: StandIn, rand: Random) -> None:
    """An empty key raises ValueError in get_many and set_many too, and nothing is read or stored."""
    key, other = words(rand, 2)
    cache.set(key, 1)
    hint = "Look at all keys before the first one is used."
    many = [partial(cache.get_many.answer, keys) for keys in ([key, ""], ["", key], [""])]
    mappings = ({key: 2, "": 3}, {"": 2, other: 3}, {"": 2})
    many += [partial(cache.set_many.answer, mapping) for mapping in mappings]
    _expect_refused(lab, many, ValueError, hint)
    expect(stored(cache, [key, other]), UNCHANGED).to_equal({key: 1}, hint=hint)


@check(points=1, objective="arguments", guide="bad-arguments")
def test_bad_ttls_are_refused(lab: Lab, cache: StandIn, rand: Random) -> None:
    """A ttl of 0, below 0 or of 1.5 raises ValueError, before anything is read, computed or written."""
    key, other = words(rand, 2)
    cache.set(key, "old", ttl=100)
    for wrong in (0, -1, -rand.randrange(2, 999), 1.5):
        calls = [
            partial(cache.set.answer, key, "new", ttl=wrong),
            partial(cache.touch.answer, key, ttl=wrong),
            partial(cache.set_many.answer, {key: "new", other: 1}, ttl=wrong),
            partial(cache.get_or_compute.answer, key, Compute("new"), ttl=wrong),
            partial(cache.get_or_compute.answer, other, Compute("new"), ttl=wrong),
        ]
        _expect_refused(lab, calls, ValueError, _about_ttl(wrong))
    expect_computes(lab.computed, 0, "with a bad ttl", TTL_FIRST)
    expect(stored(cache, [key, other]), UNCHANGED).to_equal({key: "old"}, hint=TTL_FIRST)


def _about_ttl(wrong: float) -> str:
    if wrong == 0:
        return "0 is a ttl that was given, and a wrong one: only None means default_ttl."
    if isinstance(wrong, float):
        return "1.5 is no whole number: it is refused, not cut or rounded."
    return TTL_FIRST


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
    expect(seen, "get, right after set with a default_ttl of 1,").to_equal(1)


@check(points=0.5, objective="arguments", guide="serialisation")
def test_values_that_json_refuses(lab: Lab, cache: StandIn, rand: Random) -> None:
    """A value that json.dumps refuses (a set, bytes, an object) raises TypeError; the old value stays."""
    key = word(rand)
    cache.set(key, "old")
    hint = "Encode the value before anything is written; let json.dumps raise its TypeError."
    record, moment = Unserializable("Record(x=1)"), Unserializable("datetime.datetime(2026, 1, 2, 3, 4)")
    nested = ([1, {2}], {"a": b"b"}, {(1, 2): 3})
    for wrong in ({1, 2}, b"bytes", Unserializable(), record, moment, Decimal("0.1"), *nested):
        _expect_refused(lab, [partial(cache.set.answer, key, wrong)], TypeError, hint)
    expect(cache.get(key), "get after set had raised").to_equal("old", hint=hint)


@check(points=0.5, objective="arguments", guide="bad-arguments")
def test_set_many_stores_all_or_nothing(cache: StandIn, rand: Random) -> None:
    """One value in set_many that json.dumps refuses raises TypeError, and nothing is stored."""
    first, second, third = words(rand, 3)
    cache.set(first, "old")
    hint = "Encode all values before the first command is sent."
    for wrong in ({2}, Unserializable(), {(1, 2): 3}):
        mapping = {first: "new", second: wrong, third: "new"}
        expect_raised(cache.set_many.answer(mapping), TypeError, hint=hint)
        expect(stored(cache, [first, second, third]), UNCHANGED).to_equal({first: "old"}, hint=hint)
    cache.set_many({third: "new"})
    found = stored(cache, [first, second, third])
    hint = "set_many has stored a new value: get reads what is on the server."
    if found.get(first) == "new":
        hint = "This is left of a call that raised: a pipeline that is kept keeps its commands, too."
    expect(found, "What get finds after set_many").to_equal({first: "old", third: "new"}, hint=hint)
