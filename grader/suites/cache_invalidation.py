"""Checks of the cache manager: invalidate."""

from collections.abc import Collection, Container, Iterable
from fnmatch import fnmatchcase
from random import Random

from grader.interleave.calls import Compute
from grader.proxy.recording import Recording
from grader.suites.cache_hints import ANEW
from grader.suites.cache_rules import (
    TAKES,
    WITHIN_SECONDS,
    advance_until,
    callers,
    fill,
    given,
    layout_of,
    let_compute,
    stored,
)
from grader.suites.check import check
from grader.suites.expect import CheckFailedError, expect, value_of
from grader.suites.lab import Lab, StandIn
from grader.suites.names import odd_names, short, word, words
from grader.suites.steps import PROGRAMS

WHOLE_KEY = (
    "* is any text, ? one character, [abc] one of these; the whole key has to match, and nothing else."
)
FILL = "for n = 1, ARGV[4] do redis.call('SET', ARGV[1] .. n .. ARGV[2], ARGV[3], 'EX', 300) end"
UNPACKED = 8_100  # entries; Lua's unpack takes fewer than 8,000
AS_IT_IS = "A glob is used as it is: it is not trimmed, and not normalised."
PAGES = "SCAN gives a page at a time, an empty one too; it has ended when its cursor is 0."


@check(points=1, objective="values", guide="invalidation")
def test_invalidate_takes_a_glob(lab: Lab, cache: StandIn, rand: Random) -> None:
    """invalidate deletes the entries whose whole key matches the glob, and returns how many."""
    base, other = words(rand, 2)
    keys = [f"{base}:{n}" for n in (1, 2, 10, "a", "c", "d", "")] + [
        base,
        f"{base}s",
        f"{other}:1",
        f"x{base}:1",
    ]
    keys += ["a*b", "axb", "ab", "*", "**", "a.b", "b", "lock", "[x]", "x", f"{base}:1:2", f"{base}+", "^a"]
    keys += ["$(1)", "$1", "a|b", "A*B", "a/b", "a?b", "a\nb", f"{base}\n", f"{base}:{'y' * 600}"]
    globs = [
        f"{base}:*",
        f"{base}:?",
        f"{base}:[12]",
        f"[{base[0]}x]*:[0-9]",
        f"{base}:[a-c]",
        "*:1",
        "a[*?]b",
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
        "A*",
    ]
    for glob in globs:
        fill(cache, keys)
        matching = [key for key in keys if fnmatchcase(key, glob)]
        other = [key for key in keys if not fnmatchcase(key, glob)]
        _expect_invalidates(lab, cache, glob, keys, WHOLE_KEY)
        looked = rand.sample(matching, min(2, len(matching))) + rand.sample(other, min(2, len(other)))
        _expect_left(cache, glob, looked, other, WHOLE_KEY)


def _expect_invalidates(lab: Lab, cache: StandIn, glob: str, keys: Collection[str], hint: str) -> None:
    """invalidate says how many keys match; where it doesn't, a sentence names the first wrong key."""
    matching = [key for key in keys if fnmatchcase(key, glob)]
    mark = lab.last_number
    count = cache.invalidate(glob)
    if count == len(matching):
        return
    hint = PAGES if _broke_off(lab.sent_since(mark)) else hint
    with lab.unseen():
        there = given(cache.get_many.answer(list(keys)))
    message = _about_wrong_key(glob, keys, there) if isinstance(there, dict) else ""
    raise CheckFailedError(
        message or f"invalidate({glob!r}) is wrong.", value_of(len(matching)), value_of(count), hint
    )


def _about_wrong_key(glob: str, keys: Iterable[str], left: Container[str]) -> str:
    for key in keys:
        if key not in left and not fnmatchcase(key, glob):
            return f"invalidate({glob!r}) deleted {short(key)} too, which does not match."
    for key in keys:
        if key in left and fnmatchcase(key, glob):
            return f"invalidate({glob!r}) left {short(key)}, which matches."
    return ""


def _broke_off(recording: Recording) -> bool:
    """Whether a walk ended before its cursor was 0."""
    walks = [one.reply for one in recording.sent if one.name.endswith("SCAN")]
    last = walks[-1] if walks else None
    return isinstance(last, list) and bool(last) and last[0] not in (b"0", 0)


def _expect_left(cache: StandIn, glob: str, looked: list[str], other: Collection[str], hint: str) -> None:
    """get finds those of the keys that did not match, and no others."""
    left = {key: 1 for key in looked if key in other}
    found = stored(cache, looked)
    if set(found) - set(left):
        hint = (
            "What invalidate has deleted, get must not find: every value is on the server and nowhere else."
        )
    elif set(left) - set(found):
        hint = "As many were deleted as match, yet another is gone: do two keys share one name on the server?"
    expect(found, f"What get finds after invalidate({glob!r})").to_equal(left, hint=hint)


@check(points=0.5, objective="values", guide="invalidation")
def test_invalidate_with_any_text(lab: Lab, cache: StandIn, rand: Random) -> None:
    """A glob beside any other text, newlines and emoji included, matches keys with that text."""
    names = odd_names(rand)
    for literal in (":", " ", "🍵", "\n", "é", "{x}", ".", "|", "'", "%"):
        fill(cache, names)
        glob = f"*{literal}*"
        matching = {name for name in names if literal in name}
        hint = "What is no *, ? or [...] in a glob stands for itself."
        _expect_invalidates(lab, cache, glob, names, hint)
        looked = rand.sample(names, 4)
        _expect_left(cache, glob, looked, set(names) - matching, hint)


@check(points=0.5, objective="keys", guide="invalidation")
def test_invalidate_stays_in_its_namespace(lab: Lab, rand: Random) -> None:
    """invalidate never touches another namespace."""
    space = word(rand)
    mine = lab.new("mine", space)
    names = [f"{space}s", f"x{space}", space[:-1], space.upper(), "cache"]
    others = lab.new_each("cache", names)
    keys = ["k", f"{space}:k", "user:k"]
    hint = "The walk must see this namespace's entries and no others."
    for cache in others.values():
        fill(cache, keys)
    for glob in ("*", "*k", "k", "*:k", f"{space}*"):
        fill(mine, keys)
        _expect_invalidates(lab, mine, glob, keys, hint)
    for name, cache in others.items():
        left = stored(cache, keys)
        expect(left, f"What was left in the namespace {name!r}").to_equal(dict.fromkeys(keys, 1), hint=hint)


@check(points=0.5, objective="values", guide="scan-not-keys")
def test_invalidate_finds_all_of_many(lab: Lab, cache: StandIn, rand: Random) -> None:
    """invalidate finds every entry that matches, among thousands."""
    a, b = words(rand, 2)
    many, some = 1150, rand.randrange(200, 250)  # together more than a page of a thousand
    fill(cache, [f"{a}{number}" for number in range(many)] + [f"{b}{number}" for number in range(some)])
    mark = lab.last_number
    walks = [(f"{b}*", some), (f"{b}*", 0)] + [(f"{a}[{digit}]", 1) for digit in (3, 4, 5, 6, 8)]
    for glob, count in (*walks, (f"{a}2*", 111), ("*", many - 116)):
        seen = cache.invalidate(glob)
        hint = WHOLE_KEY if isinstance(seen, int) and seen > count else PAGES
        expect(seen, f"invalidate({glob!r})").to_equal(count, hint=hint)
    if any(one.name in PROGRAMS for one in lab.sent_since(mark).sent):
        _invalidate_in_a_script(lab, cache, a)


def _invalidate_in_a_script(lab: Lab, cache: StandIn, base: str) -> None:
    """A script deletes more entries than Lua unpacks at once; said only of entries that are a string each.

    All but one are put there by the grader's own connection, in milliseconds.
    """
    lab.empty()
    cache.set(base, 1)
    states, admin = lab.keys(), lab.stage.kit.admin
    layout = layout_of([state.key for state in states], base)
    if layout is None or [state.type for state in states] != ["string"]:
        return  # what else there is may be a list of the entries
    before, after = layout
    text = admin.ask("GET", states[0].key)
    admin.ask("EVAL", FILL, 0, before + base, after, text, UNPACKED - 1)
    lab.evidence_from = lab.last_number
    seen = given(cache.invalidate.answer(f"{base}*"))
    hint = "Lua's unpack takes only some thousands at once: a script deletes in parts, as a walk does."
    expect(seen, f"invalidate of {UNPACKED:,} entries").to_equal(UNPACKED, hint=hint)


@check(points=0.5, objective="values", guide="invalidation")
def test_invalidate_of_nothing(cache: StandIn, rand: Random) -> None:
    """The empty pattern matches nothing; invalidate returns 0 where nothing matches."""
    key = word(rand)
    none, empty = "Nothing matches.", "An empty glob matches only an empty key, and there is none."
    expect(cache.invalidate("x*"), "invalidate('x*') of no entries").to_equal(0, hint=none)
    cache.set(key, 1)
    expect(cache.invalidate(""), "invalidate('')").to_equal(0, hint=empty)
    for glob, hint in ((f"{key}x*", none), (f"{key}\n", AS_IT_IS), (f" {key}", AS_IT_IS)):
        expect(cache.invalidate(glob), f"invalidate({glob!r})").to_equal(0, hint=hint)
    expect(cache.get(key), "get after invalidate('')").to_equal(1, hint=empty)
    expect(cache.invalidate(key), f"invalidate({key!r})").to_equal(1, hint="A glob without signs is one key.")
    key = f"{key}e\u0301\u212b\ufb01"
    cache.set(key, 1)
    expect(cache.invalidate(key), f"invalidate({key!a})").to_equal(1, hint=AS_IT_IS)


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
    glob = f"{base}:*"
    expect(cache.invalidate(glob), f"invalidate({glob!r})").to_equal(there, hint=hint)
    _expect_left(cache, glob, keys, (), hint)
    expect(there, "The number of entries that get found before").to_be_between(
        1, 4, hint="They were stored for 1000 seconds, half of which are over."
    )
    _invalidate_later(lab, base, hint)
    _invalidate_what_was_computed(lab, *words(rand, 2))


def _invalidate_later(lab: Lab, base: str, hint: str) -> None:
    """Namespaces in which the entry alone got another time-to-live than it, or its neighbour, had."""
    longer, many, sooner = (lab.new(f"alone{number}", f"{base}{number}") for number in (1, 2, 3))
    longer.set("touched", 1, ttl=10)
    longer.touch("touched", ttl=1000)
    many.set("short", 1, ttl=10)
    many.set_many({"many": 1}, ttl=1000)
    sooner.set("touched sooner", 1, ttl=1000)
    sooner.touch("touched sooner", ttl=10)
    lab.advance(500)
    for cache, name in ((longer, "touched"), (many, "many"), (sooner, "touched sooner")):
        there = 1 if cache.exists(name) else 0  # get may store its default, which is another check's affair
        glob = f"*{name}"
        what = f"invalidate({glob!r}) 500 seconds after that entry got another time-to-live"
        expect(cache.invalidate(glob), what).to_equal(there, hint=hint)


def _invalidate_what_was_computed(lab: Lab, space: str, key: str) -> None:
    """Right after a compute() there is the entry, and nothing else that counts; then it is a miss again."""
    (cache, waiter), glob = callers(lab, 2, space), f"{key}*"
    hint = "Only entries are counted: what else a compute() leaves behind is none."
    cache.get_or_compute(key, Compute("old"))
    what = f"invalidate({glob!r}) right after one entry was computed"
    expect(cache.invalidate(glob), what).to_equal(1, hint=hint)
    again = cache.get_or_compute(key, Compute("new"))
    expect(again, f"get_or_compute after invalidate({glob!r})").to_equal("new", hint=ANEW)
    held = cache.get_or_compute.begin(f"{key}2", Compute("old", takes=TAKES))
    let_compute(lab)
    waits = waiter.get_or_compute.begin(f"{key}2", Compute("second"))
    advance_until(lab, lambda: held.done and waits.done, TAKES + WITHIN_SECONDS)
    for call in (held, waits):
        call.answer()
    what = f"invalidate({glob!r}) of two entries, one of which a caller had waited for,"
    expect(cache.invalidate(glob), what).to_equal(2, hint=hint)
