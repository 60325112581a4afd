"""Checks of the cache manager: names: of keys, of namespaces, of helper keys."""

import re
from collections.abc import Callable, Sequence
from random import Random
from unicodedata import normalize

from grader.interleave.calls import Compute
from grader.suites.cache_hints import ANEW, ONE
from grader.suites.cache_rules import (
    NOTHING,
    callers,
    expect_computes,
    expect_returned,
    layout_of,
    let_compute,
    named_like,
    namespaces_in,
    stored,
)
from grader.suites.check import check
from grader.suites.expect import CheckFailedError, expect, expect_raised, value_of
from grader.suites.lab import Lab, StandIn
from grader.suites.names import LONGEST_SHOWN, SAME_SHORT_HASH, SHARED_STATE, odd_names, short, word, words

LARGE = 10**9  # seconds: a number that can't be a ttl, and may be larger than any float
LOCKS = ("lock", "locks")  # where locks often are: namespaces, and keys
APART = "A helper key needs a name that no entry can have: where does its prefix differ from an entry's?"
PREFIXED = "Every key gets its prefix, also one that begins as the names on the server do: it is another key."
LOWER_APART = "give helper keys a prefix that no entry can have."


@check(points=0.5, objective="keys", guide="names-and-keys")
def test_any_text_is_a_key(cache: StandIn, rand: Random) -> None:
    """A key is any text: colons, spaces, newlines, globs and emoji, used as it is."""
    names = [*odd_names(rand), " ", "\n"]
    for number, name in enumerate(names, 1):
        cache.set(name, number)
    hint = "A key is used as it is: no trimming, no change of case, no replacing."
    numbers = {name: number for number, name in enumerate(names, 1)}
    for name in names:
        _expect_own_value(cache.get(name), name, numbers, hint)
    found = cache.get_many(names)
    if isinstance(found, dict) and found != numbers:
        _expect_as_many(found, numbers)
    expect(found, "What get_many gave").to_equal(numbers, hint=hint)
    name, other = rand.sample(names, 2)
    cache.set_many({name: "many"})
    expect(cache.touch(name), f"touch({name!r})").to_equal(True, hint=hint)
    cache.get_or_compute(name, Compute("wrong"))
    seen = cache.get(name)
    stale = "set_many has stored a new value: get reads what is on the server."
    hint = stale if seen == numbers[name] else hint
    expect(seen, f"get({name!r}) after set_many").to_equal("many", hint=hint)
    expect(cache.delete(name), f"delete({name!r})").to_equal(True, hint=hint)
    expect(cache.exists(other)).to_equal(True, hint=hint)


def _expect_own_value(seen: object, name: str, numbers: dict[str, int], hint: str) -> None:
    """get gave the number under which this key was stored; or a sentence names whose it was."""
    other = next((key for key, number in numbers.items() if number == seen), None)
    if seen != numbers[name] and other is not None:
        shown = ascii if normalize("NFC", name) == normalize("NFC", other) else short
        raise CheckFailedError(
            f"get({shown(name)}) gave what was stored under {shown(other)}.",
            value_of(numbers[name]),
            value_of(seen),
            hint,
        )
    expect(seen, f"get({short(name)})").to_equal(numbers[name], hint=hint)


def _expect_as_many(found: dict[str, object], numbers: dict[str, int]) -> None:
    """The first key of which get_many has another value, or none."""
    for name, number in numbers.items():
        hint = "get finds it under this key, so get_many must: no character parts one key from the next."
        expect(found.get(name), f"What get_many has for {short(name)}").to_equal(number, hint=hint)


@check(points=0.5, objective="keys", guide="names-and-keys")
def test_similar_keys_are_apart(cache: StandIn, rand: Random) -> None:
    """Keys that look alike are different keys."""
    base = f"{word(rand, 3)}é"
    alike = [base, f"\ufeff{base}", f"{base}\x00", base.upper(), f" {base}", f"{base} ", f"{base}\n"]
    alike += [
        base.replace("é", "e\u0301"),
        base.replace("é", "è"),
        base.replace("é", ""),
        f"{base} x",
        f"{base}_x",
        f"{base}:x",
        f"{base}x",
        f"{base}{'x' * 2000}",
        f"{base}{'x' * 1999}y",
        f"{base}\r\n",
        f"{base}  x",
        f"{base}:",
    ]
    alike += [f"{base}{sign}x" for sign in ("-", ".", "/", "//", "%20", "%3A")]
    alike += [f"/{base}", f"{base}/", base.replace("é", "&#233;"), base.replace("é", r"\xe9")]
    cache.set.many([(name, number) for number, name in enumerate(alike, 1)])
    hint = "Two different texts are two keys: nothing is trimmed, replaced, left out, or put in another form."
    numbers = {name: number for number, name in enumerate(alike, 1)}
    for name in alike:
        long = "Two long keys that differ in their last character alone are two keys: nothing is cut off."
        _expect_own_value(cache.get(name), name, numbers, long if len(name) > LONGEST_SHOWN else hint)
    cache.delete(base)
    del numbers[base]
    expect(stored(cache, alike), f"What get finds after delete({base!r})").to_equal(numbers, hint=hint)
    _expect_digests_apart(cache)
    _expect_nothing_alike(cache, f"{word(rand, 5)}é", hint)


def _expect_digests_apart(cache: StandIn) -> None:
    """Keys whose digests begin alike have a value each."""
    numbers = {name: number for number, name in enumerate(SAME_SHORT_HASH)}
    cache.set.many(list(numbers.items()))
    hint = "The beginning of a digest, or a checksum, is soon the same for two keys: take a key as it is."
    expect(cache.get_many(list(numbers)), "What get_many gave").to_equal(numbers, hint=hint)


def _expect_nothing_alike(cache: StandIn, key: str, hint: str) -> None:
    """No method takes a key without an entry for one that looks alike and has one."""
    asked: tuple[Callable[[str], object], ...] = (
        *(cache.touch, cache.ttl, cache.exists, cache.delete),
        lambda one: bool(cache.get_many([one])),
        lambda one: cache.get_or_compute(one, Compute("own")),
    )
    nowhere = [ask(f"{key}0") for ask in asked]  # whether this is right is another check's affair
    cache.set(key, 1)
    for other in (f" {key}\n", key.upper(), normalize("NFD", key)):
        what = f"What six methods gave for {other!a}, which has no entry as {key!r} has,"
        expect([ask(other) for ask in asked], what).to_equal(nowhere, hint=hint)
    before = cache.get(key)
    cache.set_many({f"\t{key} ": 2})
    what = f"get({key!r}) after set_many of a key with spaces around it"
    expect(cache.get(key), what).to_equal(before, hint=hint)


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
    left = (
        "In a key a star, a question mark or a bracket is an ordinary character: delete takes this key alone."
    )
    expect(cache.get(f"{base}1"), f"get({base + '1'!r}) after delete({base + '*'!r})").to_equal(1, hint=left)


@check(points=0.5, objective="keys", guide="names-and-keys")
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
    places += [(a, "/x"), (b, "/x")]  # to joined paths, one that begins so is the whole
    made = lab.new_each("cache", dict(places))
    for number, (space, key) in enumerate(places, 1):
        made[space].set(key, number)
    hint = "Which character between namespace and key can never be part of a namespace?"
    for number, (space, key) in enumerate(places, 1):
        seen = made[space].get(key)
        if seen != number and isinstance(seen, int) and 0 < seen <= len(places):
            raise _mixed_up(places, number, seen)
        expect(seen, f"What the namespace {space!r} has under {key!r}").to_equal(number, hint=hint)
    expect(lab.new("usual").get("x")).to_equal(
        places.index(("cache", "x")) + 1, hint='The namespace is "cache" unless told otherwise.'
    )
    made[a].delete(f"{b}-x")
    expect(made[f"{a}-{b}"].get("x")).to_equal(2, hint=hint)


def _mixed_up(places: list[tuple[str, str]], number: int, seen: int) -> CheckFailedError:
    """What is said of an entry that has the value of another namespace's."""
    (space, key), (other, others) = places[number - 1], places[seen - 1]
    hint = "Which character between namespace and key can never be part of a namespace?"
    if key == others:
        hint = "Each object has a namespace of its own: is it kept in self, not in the class or the module?"
        if key.startswith("/"):
            hint = "A slash in a key is a sign like any other: put a name together as text, not as a path."
        if space.lower() == other.lower():
            hint = "A namespace is used as it is: no change of case."
    return CheckFailedError(
        f"In the namespace {space!r} the key {key!r} has the value of {others!r} in the namespace {other!r}.",
        value_of(number),
        value_of(seen),
        hint,
    )


@check(points=0.5, objective="arguments", guide="names-and-keys")
def test_what_a_namespace_may_be(lab: Lab, rand: Random) -> None:
    """A namespace is one or more of A-Z a-z 0-9 _ - in ASCII; anything else raises ValueError."""
    base = word(rand)
    whole = "The whole namespace has to match, from its first character to its last."
    ascii_only = (
        "Only the letters and digits of ASCII: isalnum, \\w and matching without case take others too."
    )
    for wrong, hint in (
        ("", "A namespace has one character at least."),
        (f"{base}\n", "In a pattern $ also matches before a newline at the end: fullmatch does not."),
        (f"{base}é", ascii_only),
        ("é", ascii_only),
        (f"{base}:", whole),
        (f"{base} x", whole),
        (f"{base}*", whole),
        (f"{base}.x", whole),
        (f"{base}^", "In a pattern A-z takes the signs between Z and a too: write A-Za-z."),
        (f"\u017f{base}", ascii_only),  # a letter of which ASCII has the other case
        ("٣", ascii_only),
        ("ª", ascii_only),
    ):
        expect_raised(lab.try_new(wrong), ValueError, hint=hint)
    for sign in filter(lambda sign: not re.fullmatch(r"[\w-]", sign), map(chr, range(128))):
        expect_raised(lab.try_new(f"{base}{sign}x"), ValueError, hint=whole)
    for number, right in enumerate((base, "A", "9", "-", "_", f"{base.upper()}-9_z", "x" * 300), 1):
        made = lab.new(f"cache{number}", namespace=right)
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
    let_compute(lab)
    waits = waiter.get_or_compute.begin(key, Compute("second"))
    lab.idle()
    locked = len(lab.computed) == 1
    alone = APART if locked else ONE
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
    expect(held.value(), "What the caller that computed returned").to_equal("held", hint=alone)
    neighbours.expect_intact(met)
    rung |= neighbours.left_by(lambda: holder.get_or_compute(key, Compute("alone")), key)
    fails = Compute(raises=("ComputeFailed", "alone"), name="fails")
    failing = f"{key}!"  # another, for who doesn't get over an error is another check's affair
    rung |= neighbours.left_by(lambda: holder.get_or_compute.answer(failing, fails), failing)
    met = neighbours.meet(key, rung)
    other.delete(key)
    again = holder.get_or_compute(key, Compute("again"))
    hint = ANEW if again == "alone" else APART
    expect(again, f"get_or_compute after delete({key!r})").to_equal("again", hint=hint)
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
        layout = layout_of(_names(self._lab) - before, self._probe)
        if layout and (name := f"{layout[0]}{self._probe}{layout[1]}") != self._probe:
            what = f"exists({name!r}), where {self._probe!r} is stored,"
            expect(cache.exists(name), what).to_equal(False, hint=PREFIXED)
        return layout

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
            met[space] = self._meet(cache, space, sorted(alike))
        return met

    def expect_intact(self, met: dict[str, dict[str, int]]) -> None:
        """Every entry is still what it was."""
        for space, entries in met.items():
            _expect_all(self._in(space), space, entries)

    def _meet(self, cache: StandIn, space: str, keys: list[str]) -> dict[str, int]:
        """Use keys that might be helpers' names; what is stored under them in the end."""
        entries = {key: number for number, key in enumerate(dict.fromkeys(keys), 1)}
        for key, number in entries.items():
            there = cache.exists(key)
            what = f"exists({key!r}) in the namespace {space!r}, before it was set,"
            expect(there, what).to_equal(False, hint=self._about(space, key) if there else APART)
            cache.delete(key)
            cache.set(key, number)
        _expect_all(cache, space, entries)
        return entries

    def _about(self, space: str, key: str) -> str:
        """The hint for an entry that is there before it was set."""
        layout = self._layouts[space]
        name = f"{layout[0]}{key}{layout[1]}" if layout else ""
        if name not in _names(self._lab):
            return APART
        return f"On the server it would be called {name!r}, and a helper key is called so: {LOWER_APART}"


def _expect_all(cache: StandIn, space: str, entries: dict[str, int]) -> None:
    """get finds each of the entries."""
    found = stored(cache, entries)
    several = len(entries) > 1 and not found
    hint = "All of them are gone, not one: look first at the checks about expiry and namespaces."
    what = f"What get finds in the namespace {space!r}"
    expect(found, what).to_equal(entries, hint=hint if several else APART)


@check(points=0.5, objective="keys", guide="why-valkey")
def test_state_is_on_the_server(lab: Lab, rand: Random) -> None:
    """Two objects made with the same arguments, in two processes, see the same data."""
    space, (key, other, third) = word(rand), words(rand, 3)
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
    there.set_many({key: 4, third: 5}, ttl=50)
    left, seen = there.ttl(key), here.ttl(key)
    if isinstance(left, int | float) and left < LARGE:  # whether it is right is another check's affair
        expect(seen).to_be_between(0.9 * left - 1, 1.1 * left + 1, hint=hint)
    expect(here.get(key, NOTHING)).to_equal(4, hint=hint)
    here.invalidate(third)
    expect(there.get(third, NOTHING)).to_equal(NOTHING, hint=hint)
