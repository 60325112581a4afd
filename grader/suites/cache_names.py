"""Checks of the cache manager: names: of keys, of namespaces, of helper keys."""

from random import Random
from typing import Any

from grader.interleave.calls import Compute
from grader.suites.cache_rules import (
    NOTHING,
    callers,
    expect_computes,
    expect_returned,
    layout_of,
    named_like,
    namespaces_in,
    stored,
)
from grader.suites.check import check
from grader.suites.expect import expect, expect_raised
from grader.suites.lab import Lab, StandIn
from grader.suites.names import odd_names, word, words

APART = "A helper key needs a name that no entry can have: where does its prefix differ from an entry's?"


@check(points=0.5, objective="keys", guide="names-and-keys")
def test_any_text_is_a_key(cache: StandIn, rand: Random) -> None:
    """A key is any text: colons, spaces, newlines, globs and emoji, used as it is."""
    names = odd_names(rand)
    for number, name in enumerate(names, 1):
        cache.set(name, number)
    hint = "A key is used as it is: no trimming, no change of case, no replacing."
    expect(stored(cache, names)).to_equal({name: n for n, name in enumerate(names, 1)}, hint=hint)
    for number, name in enumerate(names, 1):
        expect(cache.get(name), f"get({name!r})").to_equal(number, hint=hint)
    name, other = rand.sample(names, 2)
    cache.set_many({name: "many"})
    expect(cache.touch(name), f"touch({name!r})").to_equal(True, hint=hint)
    cache.get_or_compute(name, Compute("wrong"))
    expect(cache.get(name)).to_equal("many", hint=hint)
    expect(cache.delete(name), f"delete({name!r})").to_equal(True, hint=hint)
    expect(cache.exists(other)).to_equal(True, hint=hint)


@check(points=0.5, objective="keys", guide="names-and-keys")
def test_similar_keys_are_apart(cache: StandIn, rand: Random) -> None:
    """Keys that look alike are different keys."""
    base = f"{word(rand, 3)}é"
    alike = [base, base.upper(), f" {base}", f"{base} ", f"{base}\n", base.replace("é", "e\u0301")]
    alike += [
        base.replace("é", "è"),
        base.replace("é", ""),
        f"{base} x",
        f"{base}_x",
        f"{base}:x",
        f"{base}x",
    ]
    for number, name in enumerate(alike, 1):
        cache.set(name, number)
    hint = "Two different texts are two keys: no trimming, no change of case, no normalising, no replacing."
    for number, name in enumerate(alike, 1):
        expect(cache.get(name), f"get({name!r})").to_equal(number, hint=hint)
    cache.delete(base)
    expect(stored(cache, alike)).to_equal({name: n for n, name in enumerate(alike, 1) if n > 1}, hint=hint)


@check(points=0.5, objective="keys", guide="names-and-keys")
def test_only_invalidate_takes_globs(cache: StandIn, rand: Random) -> None:
    """A star in a key is a star: only invalidate understands globs."""
    base = word(rand)
    cache.set(f"{base}1", 1)
    hint = "A key with a glob character is an ordinary key in every method but invalidate."
    for glob in (f"{base}*", f"{base}?", f"{base}[1]"):
        cache.delete(glob)
        expect(cache.exists(glob), f"exists({glob!r})").to_equal(False, hint=hint)
        expect(cache.get(glob, NOTHING), f"get({glob!r})").to_equal(NOTHING, hint=hint)
    expect(cache.get(f"{base}1")).to_equal(1, hint=hint)


@check(points=1, objective="keys", guide="names-and-keys")
def test_namespaces_are_apart(lab: Lab, rand: Random) -> None:
    """Two namespaces never share an entry, whatever their names and keys are."""
    a, b = words(rand, 2)
    places = [
        (a, f"{b}-x"),
        (f"{a}-{b}", "x"),
        (a, f"{b}_x"),
        (f"{a}_{b}", "x"),
        (a, f"{b}x"),
        (f"{a}{b}", "x"),
    ]
    places += [(a, f"{b}:x"), (a.upper(), f"{b}:x"), (b, "x"), ("cache", "x"), ("-", "x"), ("_", "x")]
    made = {space: lab.new(f"cache{n}", space) for n, space in enumerate(dict(places))}
    for number, (space, key) in enumerate(places, 1):
        made[space].set(key, number)
    hint = "Which character between namespace and key can never be part of a namespace?"
    for number, (space, key) in enumerate(places, 1):
        expect(made[space].get(key), f"{key!r} in the namespace {space!r}").to_equal(number, hint=hint)
    expect(lab.new("usual").get("x")).to_equal(
        places.index(("cache", "x")) + 1, hint='The namespace is "cache" unless told otherwise.'
    )
    made[a].delete(f"{b}-x")
    expect(made[f"{a}-{b}"].get("x")).to_equal(2, hint=hint)


@check(points=0.5, objective="arguments", guide="names-and-keys")
def test_what_a_namespace_may_be(lab: Lab, rand: Random) -> None:
    """A namespace is one or more of A-Z a-z 0-9 _ - in ASCII; anything else raises ValueError."""
    base = word(rand)
    hint = "The whole namespace has to match, from its first character to its last, in ASCII."
    for wrong in (
        "",
        f"{base}\n",
        f"{base}é",
        "é",
        f"{base}:",
        f"{base} x",
        f"{base}*",
        f"{base}.x",
        "٣",
        "ª",
    ):
        expect_raised(lab.try_new(wrong), ValueError, hint=hint)
    for number, right in enumerate((base, "A", "9", "-", "_", f"{base.upper()}-9_z", "x" * 60), 1):
        made = lab.new(f"cache{number}", right)
        made.set("k", number)
        expect(made.get("k"), f"get in the namespace {right!r}").to_equal(number)


@check(points=0.5, objective="keys", guide="names-and-keys")
def test_keys_never_meet_helper_keys(lab: Lab, rand: Random) -> None:
    """No entry collides with the module's own helper keys, such as locks."""
    space, key, probe = words(rand, 3)
    holder, waiter, third, other = callers(lab, 4, space)
    other.set(probe, 1)
    layout = layout_of([state.key for state in lab.keys()], probe)
    before = {state.key for state in lab.keys()}
    held = holder.get_or_compute.begin(key, Compute("held", takes=2))
    lab.idle()
    waits = waiter.get_or_compute.begin(key, Compute("second"))
    lab.idle()
    locked = len(lab.computed) == 1
    helpers = sorted({state.key for state in lab.keys()} - before)
    usual = [f"{key}:lock", f"lock:{key}", f"{key}.lock", f"{key}_lock", f"{key}/lock", "lock", "locks"]
    alike = [name for name in named_like(helpers, layout) if name != key]
    spaces = {other: _meet(other, [*alike, *usual])}
    for name in sorted({*namespaces_in(helpers), "lock", "locks"} - {space}):
        stranger = lab.new(f"in_{name}", name, actor=other.actor)
        spaces[stranger] = _meet(stranger, [*_alike(lab, stranger, probe, helpers), f"{space}:{key}", key])
    late = third.get_or_compute.begin(key, Compute("third"))
    lab.advance(1)
    if locked:
        expect_computes(lab.computed, 1, "though only entries had been stored and deleted meanwhile", APART)
    lab.advance(8)
    expect_returned([held, waits, late], "long after compute() had ended", APART)
    expect(held.value(), "What the caller that computed returned").to_equal("held", hint=APART)
    for where, entries in spaces.items():
        expect(stored(where, list(entries))).to_equal(entries, hint=APART)


def _alike(lab: Lab, stranger: StandIn, probe: str, helpers: list[str]) -> list[str]:
    """The keys of another namespace whose entries would be called like a helper key."""
    known = {state.key for state in lab.keys()}
    stranger.set(probe, 1)
    return named_like(helpers, layout_of({state.key for state in lab.keys()} - known, probe))


def _meet(cache: StandIn, keys: list[str]) -> dict[str, Any]:
    """Use keys that might be helpers' names; what is stored under them in the end."""
    entries = {key: number for number, key in enumerate(dict.fromkeys(keys), 1)}
    for key, number in entries.items():
        expect(cache.exists(key), f"exists({key!r}), before it was set,").to_equal(False, hint=APART)
        cache.delete(key)
        cache.set(key, number)
        expect(cache.get(key), f"get({key!r})").to_equal(number, hint=APART)
    return entries


@check(points=0.5, objective="keys", guide="why-valkey")
def test_state_is_on_the_server(lab: Lab, rand: Random) -> None:
    """Two objects made with the same arguments, in two processes, see the same data."""
    space, (key, other) = word(rand), words(rand, 2)
    here, there = callers(lab, 2, space)
    here.set(key, 1)
    hint = "All state lives on the server; an object keeps no values to itself."
    expect(there.get(key)).to_equal(1, hint=hint)
    expect(there.exists(key)).to_equal(True, hint=hint)
    there.set(key, 2)
    there.set(other, 3)
    expect(here.get(key)).to_equal(2, hint=hint)
    expect(stored(here, [key, other])).to_equal({key: 2, other: 3}, hint=hint)
    expect(there.delete(key)).to_equal(True, hint=hint)
    expect(here.get(key, NOTHING)).to_equal(NOTHING, hint=hint)
