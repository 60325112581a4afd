"""Checks of the cache manager: invalidate."""

from fnmatch import fnmatchcase
from random import Random

from grader.interleave.calls import Compute
from grader.suites.cache_rules import fill, stored
from grader.suites.check import check
from grader.suites.expect import expect
from grader.suites.lab import Lab, StandIn
from grader.suites.names import odd_names, word, words


@check(points=1, objective="values", guide="invalidation")
def test_invalidate_takes_a_glob(cache: StandIn, rand: Random) -> None:
    """invalidate deletes the entries whose whole key matches the glob, and returns how many."""
    base, other = words(rand, 2)
    keys = [f"{base}:{n}" for n in (1, 2, 10, "a", "c", "d", "")] + [
        base,
        f"{base}s",
        f"{other}:1",
        f"x{base}:1",
    ]
    keys += ["a*b", "axb", "ab", "*", "**", "a.b", "b", "lock", "[x]", "x", f"{base}:1:2", f"{base}+", "^a"]
    keys += ["$(1)", "$1", "a|b", "A*B", "a/b", "a\nb"]
    globs = [
        f"{base}:*",
        f"{base}:?",
        f"{base}:[12]",
        f"{base}:[0-9]",
        f"{base}:[a-c]",
        "*:1",
        "a[*]b",
        "a?b",
    ]
    globs += [
        base,
        "[*]",
        "*[0-9]*",
        "?",
        f"{base[:2]}*:?",
        "a.b",
        f"{base}+",
        "none*",
        "*x*",
        "a*",
        "$(?)",
        "a|b",
        "^*",
        "*",
    ]
    hint = "* is any text, ? one character, [abc] one of these; the whole key has to match, and nothing else."
    for glob in globs:
        fill(cache, keys)
        matching = [key for key in keys if fnmatchcase(key, glob)]
        other = [key for key in keys if not fnmatchcase(key, glob)]
        expect(cache.invalidate(glob), f"invalidate({glob!r})").to_equal(len(matching), hint=hint)
        looked = rand.sample(matching, min(2, len(matching))) + rand.sample(other, min(2, len(other)))
        left = {key: 1 for key in looked if key in other}
        expect(stored(cache, looked), f"What invalidate({glob!r}) left").to_equal(left, hint=hint)


@check(points=0.5, objective="values", guide="invalidation")
def test_invalidate_with_any_text(cache: StandIn, rand: Random) -> None:
    """A glob beside any other text, newlines and emoji included, matches keys with that text."""
    names = odd_names(rand)
    for literal in (":", " ", "🍵", "\n", "é", "{x}", ".", "|", "'", "%"):
        fill(cache, names)
        glob = f"*{literal}*"
        matching = {name for name in names if literal in name}
        hint = "What is no *, ? or [...] in a glob stands for itself."
        expect(cache.invalidate(glob), f"invalidate({glob!r})").to_equal(len(matching), hint=hint)
        looked = rand.sample(names, 4)
        left = {name: 1 for name in looked if name not in matching}
        expect(stored(cache, looked), f"What invalidate({glob!r}) left").to_equal(left, hint=hint)


@check(points=0.5, objective="keys", guide="invalidation")
def test_invalidate_stays_in_its_namespace(lab: Lab, rand: Random) -> None:
    """invalidate never touches another namespace."""
    space = word(rand)
    mine = lab.new("mine", space)
    names = [f"{space}s", f"x{space}", space[:-1], space.upper(), "cache"]
    others = {name: lab.new(f"cache{n}", name) for n, name in enumerate(names)}
    keys = ["k", f"{space}:k", "user:k"]
    hint = "The walk must see this namespace's entries and no others."
    for cache in others.values():
        fill(cache, keys)
    for glob, count in (("*", 3), ("*k", 3), ("k", 1), ("*:k", 2), (f"{space}*", 1)):
        fill(mine, keys)
        expect(mine.invalidate(glob), f"invalidate({glob!r})").to_equal(count, hint=hint)
    for name, cache in others.items():
        left = stored(cache, keys)
        expect(left, f"What was left in the namespace {name!r}").to_equal(dict.fromkeys(keys, 1), hint=hint)


@check(points=0.5, objective="values", guide="scan-not-keys")
def test_invalidate_finds_all_of_many(cache: StandIn, rand: Random) -> None:
    """invalidate finds every entry that matches, among thousands."""
    a, b = words(rand, 2)
    many, some = 1150, rand.randrange(200, 250)  # together more than a page of a thousand
    fill(cache, [f"{a}{number}" for number in range(many)] + [f"{b}{number}" for number in range(some)])
    hint = "SCAN gives a page at a time, an empty one too; it has ended when its cursor is 0."
    expect(cache.invalidate(f"{b}*")).to_equal(some, hint=hint)
    expect(cache.invalidate(f"{b}*")).to_equal(0, hint=hint)
    for digit in (3, 4, 5, 6, 8):
        expect(cache.invalidate(f"{a}[{digit}]"), f"invalidate of one among {many}").to_equal(1, hint=hint)
    expect(cache.invalidate(f"{a}2*"), "Of the others").to_equal(111, hint=hint)
    expect(cache.invalidate("*"), "Of those that are left").to_equal(many - 116, hint=hint)


@check(points=0.5, objective="values", guide="invalidation")
def test_invalidate_of_nothing(cache: StandIn, rand: Random) -> None:
    """The empty pattern matches nothing; invalidate returns 0 where nothing matches."""
    key = word(rand)
    expect(cache.invalidate("x*")).to_equal(0)
    cache.set(key, 1)
    expect(cache.invalidate("")).to_equal(
        0, hint="An empty glob matches only an empty key, and there is none."
    )
    expect(cache.invalidate(f"{key}x*")).to_equal(0)
    expect(cache.get(key)).to_equal(1, hint="An empty glob matches only an empty key, and there is none.")
    expect(cache.invalidate(key)).to_equal(1)


@check(points=0.5, objective="values", guide="invalidation")
def test_invalidate_finds_entries_of_any_age(lab: Lab, cache: StandIn, rand: Random) -> None:
    """invalidate finds every entry that lives, however it was written and whatever expired meanwhile."""
    base = word(rand)
    keys = [f"{base}:{name}" for name in ("long", "touched", "many", "computed")]
    cache.set(keys[0], 1, ttl=1000)
    cache.set(keys[1], 1, ttl=10)
    cache.touch(keys[1], ttl=1000)
    cache.set_many({keys[2]: 1}, ttl=1000)
    cache.get_or_compute(keys[3], Compute(1), ttl=1000)
    cache.set(f"{base}:short", 1, ttl=10)
    lab.advance(500)
    there = len(stored(cache, keys))
    hint = "The entries themselves say what there is; a list kept beside them can expire or be wrong."
    expect(cache.invalidate(f"{base}:*")).to_equal(there, hint=hint)
    expect(stored(cache, keys)).to_equal({}, hint=hint)
    expect(there, "The number of entries").to_be_between(1, 4)
