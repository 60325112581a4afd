"""Checks of the cache manager: names: of keys, of namespaces, of helper keys."""

from collections.abc import Callable, Sequence
from random import Random

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
from grader.suites.names import SHARED_STATE, odd_names, word, words

LOCKS = ("lock", "locks")  # where locks often are: namespaces, and keys
APART = "A helper key needs a name that no entry can have: where does its prefix differ from an entry's?"


@check(points=0.5, objective="keys", guide="names-and-keys")
def test_any_text_is_a_key(cache: StandIn, rand: Random) -> None:
    """A key is any text: colons, spaces, newlines, globs and emoji, used as it is."""
    names = [*odd_names(rand), " ", "\n"]
    for number, name in enumerate(names, 1):
        cache.set(name, number)
    hint = "A key is used as it is: no trimming, no change of case, no replacing."
    numbers = {name: number for number, name in enumerate(names, 1)}
    for name, number in numbers.items():
        expect(cache.get(name), f"get({name!r})").to_equal(number, hint=hint)
    expect(cache.get_many(names)).to_equal(numbers, hint=hint)
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
        f"{base}{'x' * 300}",
        f"{base}{'x' * 299}y",
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
        f"{base}^",
        f"\u017f{base}",  # a letter of which ASCII has the other case
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
    neighbours = _Neighbours(lab, other, space, probe)
    before = _names(lab)
    held = holder.get_or_compute.begin(key, Compute("held", takes=2))
    lab.idle()
    waits = waiter.get_or_compute.begin(key, Compute("second"))
    lab.idle()
    locked = len(lab.computed) == 1
    guesses = [f"{key}:lock", f"lock:{key}", f"{key}.lock", f"{key}_lock", f"{key}/lock", *LOCKS]
    met = neighbours.meet(key, _names(lab) - before, guesses)
    late = third.get_or_compute.begin(key, Compute("third"))
    lab.advance(1)
    if locked:
        expect_computes(lab.computed, 1, "though only entries had been stored and deleted meanwhile", APART)
    before = _names(lab)
    lab.advance(1)
    rung = _names(lab) - before  # what wakes those who wait is there only now, and not for long
    lab.advance(7)
    expect_returned([held, waits, late], "long after compute() had ended", APART)
    expect(held.value(), "What the caller that computed returned").to_equal("held", hint=APART)
    neighbours.expect_intact(met)
    rung |= neighbours.left_by(lambda: holder.get_or_compute(key, Compute("alone")), key)
    met = neighbours.meet(key, rung)
    other.delete(key)
    expect(holder.get_or_compute(key, Compute("again"))).to_equal("again", hint=APART)
    neighbours.expect_intact(met)


def _names(lab: Lab) -> set[str]:
    return {state.key for state in lab.keys()}


class _Neighbours:
    """Uses keys, in the same namespace and in others, whose entries may be called as a helper key is."""

    def __init__(self, lab: Lab, cache: StandIn, space: str, probe: str) -> None:
        self._lab, self._cache, self._space, self._probe = lab, cache, space, probe
        self._caches = {space: cache}
        self._layouts = {space: self._layout(cache)}

    def _layout(self, cache: StandIn) -> tuple[str, str] | None:
        before = _names(self._lab)
        cache.set(self._probe, 1)
        return layout_of(_names(self._lab) - before, self._probe)

    def _in(self, space: str) -> StandIn:
        if space not in self._caches:
            self._caches[space] = self._lab.new(f"in_{space}", space, actor=self._cache.actor)
            self._layouts[space] = self._layout(self._caches[space])
        return self._caches[space]

    def left_by(self, does: Callable[[], object], key: str) -> set[str]:
        """The names of the keys that are new after a compute() of this key with nobody else about."""
        self._cache.delete(key)
        before = _names(self._lab)
        does()
        return _names(self._lab) - before

    def meet(self, key: str, helpers: set[str], guesses: Sequence[str] = ()) -> dict[str, dict[str, int]]:
        """Use all such keys, and guesses; by namespace, what is stored under them in the end."""
        met = {}
        for space in sorted({*namespaces_in(helpers), self._space, *(LOCKS if guesses else ())}):
            cache, mine = self._in(space), space == self._space
            alike = {*named_like(helpers, self._layouts[space]), *(guesses if mine else ())} - {key}
            if guesses and not mine:
                alike |= {key, f"{self._space}:{key}"}
            met[space] = _meet(cache, sorted(alike))
        return met

    def expect_intact(self, met: dict[str, dict[str, int]]) -> None:
        """Every entry is still what it was."""
        for space, entries in met.items():
            expect(stored(self._in(space), entries)).to_equal(entries, hint=APART)


def _meet(cache: StandIn, keys: list[str]) -> dict[str, int]:
    """Use keys that might be helpers' names; what is stored under them in the end."""
    entries = {key: number for number, key in enumerate(dict.fromkeys(keys), 1)}
    for key, number in entries.items():
        expect(cache.exists(key), f"exists({key!r}), before it was set,").to_equal(False, hint=APART)
        cache.delete(key)
        cache.set(key, number)
    expect(stored(cache, entries)).to_equal(entries, hint=APART)
    return entries


@check(points=0.5, objective="keys", guide="why-valkey")
def test_state_is_on_the_server(lab: Lab, rand: Random) -> None:
    """Two objects made with the same arguments, in two processes, see the same data."""
    space, (key, other) = word(rand), words(rand, 2)
    here, there = callers(lab, 2, space)
    here.set(key, 1)
    hint = SHARED_STATE
    expect(there.get(key)).to_equal(1, hint=hint)
    expect(there.exists(key)).to_equal(True, hint=hint)
    there.set(key, 2)
    there.set(other, 3)
    expect(here.get(key)).to_equal(2, hint=hint)
    expect(stored(here, [key, other])).to_equal({key: 2, other: 3}, hint=hint)
    expect(there.delete(key)).to_equal(True, hint=hint)
    expect(here.get(key, NOTHING)).to_equal(NOTHING, hint=hint)
