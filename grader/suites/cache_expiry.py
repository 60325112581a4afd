"""Checks of the cache manager: the time-to-live."""

from random import Random

from grader.interleave.calls import Compute
from grader.suites.cache_hints import AT_ONCE, EXACTLY, why_value
from grader.suites.cache_rules import (
    NOTHING,
    TAKES,
    TEN_YEARS,
    about_seconds,
    callers,
    expect_returned,
    expect_ten_years,
    given,
    in_turns,
    let_compute,
    stored,
)
from grader.suites.check import check
from grader.suites.expect import expect
from grader.suites.lab import Calls, Lab, StandIn
from grader.suites.names import word, words

calls = Calls("cache")
DAY = 86400
ROOM = 1.5  # seconds around an expiry: times are to within a second, and clocks may count whole ones


@check(points=1, objective="ttl", guide="time-to-live")
def test_an_entry_expires(lab: Lab, cache: StandIn, rand: Random) -> None:
    """An entry lives for its ttl, each entry for its own."""
    short, long = sorted(rand.sample(range(20, 2000, 10), 2))
    early, late = words(rand, 2)  # one is read before it expires, the other after
    for key in (early, late):
        cache.set(f"{key} short", 2, ttl=short)
        cache.set(f"{key} long", 1, ttl=long)
    for ttl, name, value in ((short, "short", 2), (long, "long", 1)):
        lab.advance(ttl - ROOM - lab.now)
        seen = cache.get(f"{early} {name}")
        hint = "It expired too early. ttl is in seconds, each entry has its own."
        expect(seen, f"get, shortly before an entry with ttl={ttl} ends,").to_equal(value, hint=hint)
        lab.advance(2 * ROOM)
        hint = "It should have expired: it lives for the ttl of its own set, no longer."
        seen = cache.get(f"{late} {name}", NOTHING)
        expect(seen, f"get, shortly after an entry with ttl={ttl} has ended,").to_equal(NOTHING, hint=hint)


@check(points=0.5, objective="ttl", guide="time-to-live")
def test_default_ttl(lab: Lab, rand: Random) -> None:
    """Without a ttl an entry lives for default_ttl seconds, and that is 300 unless told otherwise."""
    seconds = rand.randrange(50, 250)
    usual, own = lab.new("usual"), lab.new("own", "cache", seconds)  # of one namespace, and yet two objects
    for cache, its in ((usual, ""), (own, "own ")):
        for read in (f"{its}early", f"{its}late"):  # one is read before it expires, the other after
            cache.set(f"set {read}", 1)
            cache.set_many({f"set_many {read}": 1})
            cache.get_or_compute(f"get_or_compute {read}", Compute(1))
            cache.set(f"touch {read}", 1, 10)
            cache.touch(f"touch {read}")
            cache.set(f"touch sooner {read}", 1, 2000)
            cache.touch(f"touch sooner {read}")
            cache.set(f"set again {read}", 0, 10)
            cache.set(f"set again {read}", 1)
    slept = lab.waited
    writes = ("set", "set_many", "get_or_compute", "touch", "touch sooner", "set again")
    for cache, its, ttl in ((own, "own ", seconds), (usual, "", 300)):
        lab.advance(ttl - ROOM - lab.now)
        early, late = ([f"{write} {its}{read}" for write in writes] for read in ("early", "late"))
        found = stored(cache, early)
        hint = "An entry expired too early. Does a write without a ttl set the expiry, over an older one too?"
        if early[-1] not in found and all(key in found for key in early[:-1]):
            hint = "A set without a ttl, over an entry that had one, begins a default_ttl anew."
        expect(found, f"What get finds shortly before {ttl} seconds are over").to_equal(
            dict.fromkeys(early, 1), hint=hint
        )
        lab.advance(2 * ROOM)
        found = stored(cache, late)
        hint = "An entry should have expired. Which ttl is used where none is given?"
        hint = AT_ONCE if slept > ROOM else hint
        if all(key.startswith("touch") for key in found):
            hint = "touch without a ttl restarts the time-to-live with default_ttl."
        expect(found, f"What get finds after {ttl} seconds without a ttl given").to_equal({}, hint=hint)
    usual.set_many({"again": 0}, ttl=10)
    usual.set_many({"again": 1})
    lab.advance(20)
    hint = "set_many without a ttl, over an entry that had one, begins a default_ttl anew."
    expect(usual.get("again"), "get, 20 seconds after set_many without a ttl,").to_equal(1, hint=hint)


@check(points=0.5, objective="ttl", guide="time-to-live")
def test_overwrite_replaces_the_ttl(lab: Lab, cache: StandIn, rand: Random) -> None:
    """Setting a key again replaces its value and its time-to-live together."""
    ways = {"set": cache.set, "set_many": lambda key, value, ttl: cache.set_many({key: value}, ttl=ttl)}
    for way, again in ways.items():
        key, other = words(rand, 2)
        cache.set(key, "old", ttl=100)
        again(key, "new", ttl=10)
        cache.set(other, "new", ttl=10)  # the same value: there is a time-to-live to write all the same
        again(other, "new", ttl=100)
        lab.advance(50)
        found = stored(cache, [key, other])
        hint = f"Its {way} had ttl=100: that replaces the ttl=10 of the set before."
        if key in found:
            hint = f"The key {key!r} should have expired: its {way} had ttl=10, whatever there was before."
        expect(found, f"What get finds 50 seconds after {way} over older entries").to_equal(
            {other: "new"}, hint=hint
        )


@check(points=0.5, objective="ttl", guide="time-to-live")
def test_ttl_is_seconds_left(lab: Lab, cache: StandIn, rand: Random) -> None:
    """ttl is the whole seconds left, and None where there is no entry."""
    seconds = rand.randrange(200, 2000)
    hint = "Where there is no entry ttl is None, not -2."
    expect(cache.ttl("k"), "ttl where there is no entry").to_equal(None, hint=hint)
    keys = words(rand, 6)
    for key, value in zip(keys, (1, None, 0, "", [], False), strict=True):
        cache.set(key, value, ttl=seconds)
        right = range(seconds - 2, seconds + 2)  # a second of room, and then rounded down
        left = cache.ttl(key)
        hint = "What is falsy is a value too: Valkey's own answer says whether there is one, by being None."
        hint = hint if left is None else about_seconds(left, 10 * seconds, EXACTLY)
        expect(left, f"ttl right after set with ttl={seconds}").to_be_one_of(right, hint=hint)
    lab.advance(100)
    expect(cache.ttl(keys[0]), f"ttl 100 seconds after set with ttl={seconds}").to_be_one_of(
        range(seconds - 102, seconds - 98), hint="ttl is the seconds that are left."
    )
    cache.delete(keys[0])
    expect(cache.ttl(keys[0]), "ttl after delete").to_equal(None, hint="There is no entry any more.")
    lab.advance(seconds)
    expect(cache.ttl(keys[1]), "ttl of an entry that has expired").to_equal(None, hint="It has expired.")
    cache.set(keys[0], 1, ttl=TEN_YEARS)
    expect(cache.ttl(keys[0]), "ttl of an entry that lives for ten years").to_be_one_of(
        range(TEN_YEARS - 2, TEN_YEARS + 2), hint="A ttl is any whole number of seconds, ten years too."
    )
    left, _ = lab.together(cache.actor, [calls.ttl(keys[0]), calls.delete(keys[0])], in_turns())
    hint = "Between two looks at an entry it can go away: read once, and see from that whether it was there."
    seen = given(left)
    expect(None if seen is None or seen > DAY else seen, "ttl beside a delete of that key").to_equal(
        None, hint
    )


@check(points=0.5, objective="ttl", guide="time-to-live")
def test_ttl_in_the_last_second(lab: Lab, cache: StandIn, rand: Random) -> None:
    """In its last second an entry still has a ttl, 0 perhaps, and is there for every method."""
    key, value = words(rand, 2)
    for _ in range(5):
        cache.set(key, value, ttl=1)
        lab.advance(0.75)
        left, exists = cache.ttl(key), cache.exists(key)
        found, many = cache.get(key, NOTHING), cache.get_many([key])
        hit, touched = cache.get_or_compute(key, Compute("computed")), cache.touch(key)
        # On a machine that stood still for a moment, the entry may really be gone.
        if cache.get(key) == value:
            break
    hint = "An entry is a hit to its very end: get_or_compute computes where there is none, and no sooner."
    expect(hit, "get_or_compute in the last second").to_equal(value, why_value([hit], [value], hint))
    hint = "Stored with ttl=1, it is there for a whole second."
    expect(found, "get in the last second").to_equal(value, hint=hint)
    expect(many, "get_many in the last second").to_equal({key: value}, hint=hint)
    expect(cache.get(key), "get after touch in the last second").to_equal(value, hint=hint)
    hint = "0 is a number of seconds; -2 says that there is no entry."
    expect(left, "ttl in the last second").to_be_one_of((0, 1), hint=about_seconds(left, 1, hint))
    hint = "An entry that has 0 seconds left, rounded, is still there."
    expect(exists, "exists in the last second").to_equal(True, hint=hint)
    expect(touched, "touch in the last second").to_equal(True, hint=hint)


@check(points=0.5, objective="ttl", guide="time-to-live")
def test_touch_restarts_the_ttl(lab: Lab, cache: StandIn, rand: Random) -> None:
    """touch restarts the time-to-live, to a longer or a shorter one, and keeps the value."""
    longer, shorter = word(rand), word(rand)
    value = {"a": [rand.randrange(10**6), None], "b": [], "c": 0.1 + 0.2}
    for key in (f"{longer} 1", f"{longer} 2", f"{shorter} 1", f"{shorter} 2"):
        cache.set(key, value, ttl=100)
    lab.advance(50)
    for key, ttl in ((longer, 200), (shorter, 20)):
        for number in (1, 2):
            hint = "There is an entry: it was set with ttl=100, 50 seconds before."
            how = ((), {"ttl": ttl}) if number == 1 else ((ttl,), {})  # by name and by place
            touched = cache.touch(f"{key} {number}", *how[0], **how[1])
            expect(touched, f"touch with ttl={ttl}").to_equal(True, hint=hint)
    before, after = (
        "get, shortly before touch with ttl={} ends,",
        "get, shortly after touch with ttl={} ended,",
    )
    lab.advance(20 - ROOM)
    expect(cache.get(f"{shorter} 1"), before.format(20)).to_equal(value, hint="touch keeps the value.")
    lab.advance(2 * ROOM)
    hint = "It should have expired: touch takes the ttl that it is given, a shorter one too."
    expect(cache.get(f"{shorter} 2", NOTHING), after.format(20)).to_equal(NOTHING, hint=hint)
    lab.advance(180 - 2 * ROOM)
    hint = "touch keeps the value, and can make a time-to-live longer."
    expect(cache.get(f"{longer} 1"), before.format(200)).to_equal(value, hint=hint)
    lab.advance(2 * ROOM)
    expect(cache.get(f"{longer} 2", NOTHING), after.format(200)).to_equal(
        NOTHING, hint="It should have expired."
    )
    cache.set(longer, 1)
    cache.touch(longer, ttl=TEN_YEARS)
    expect_ten_years(cache, longer)


@check(points=0.5, objective="ttl", guide="time-to-live")
def test_touch_makes_nothing(lab: Lab, cache: StandIn, rand: Random) -> None:
    """touch is False where there is no entry, and makes none."""
    key = word(rand)
    nowhere = "touch where there is no entry"
    hint = (
        "Where there is no entry, touch answers False and writes nothing: Valkey says whether there was one."
    )
    expect(cache.touch(key), nowhere).to_equal(False, hint=hint)
    expect(cache.touch(key, ttl=50), nowhere).to_equal(False, hint=hint)
    hint = "touch changes an expiry; it never writes a value."
    expect(cache.get(key, NOTHING), "get after touch, where no entry was,").to_equal(NOTHING, hint=hint)
    expect(cache.exists(key), "exists after touch, where no entry was,").to_equal(False, hint=hint)
    cache.set(key, None, ttl=50)
    hint = "A stored None is an entry."
    expect(cache.touch(key, ttl=60), "touch where None is stored").to_equal(True, hint=hint)
    lab.advance(120)
    hint = "It has expired: it was touched with ttl=60, 120 seconds before."
    expect(cache.touch(key), "touch of an entry that has expired").to_equal(False, hint=hint)


@check(points=0.5, objective="ttl", guide="time-to-live")
def test_reading_does_not_restart_the_ttl(lab: Lab, cache: StandIn, rand: Random) -> None:
    """Reading an entry does not restart its time-to-live."""
    keys = words(rand, 5)
    for key in keys:
        cache.set(key, 1, ttl=100)
    lab.advance(60)
    reads = [cache.get(keys[0]), cache.exists(keys[1]), cache.get_many([keys[2]])]
    hint = "They were stored with ttl=100, 60 seconds before."
    expect(reads, "What get, exists and get_many gave").to_equal([1, 1, {keys[2]: 1}], hint=hint)
    cache.get_or_compute(keys[3], Compute("wrong"), ttl=500)
    cache.ttl(keys[4])
    lab.advance(80)
    what = "What get finds of entries stored with ttl=100, 140 seconds before, and read in between,"
    hint = "Only set, set_many and touch restart a time-to-live."
    expect(stored(cache, keys), what).to_equal({}, hint=hint)


@check(points=1, objective="ttl", guide="crashes-and-expiry")
def test_every_key_expires(lab: Lab, rand: Random) -> None:
    """Every key that the module writes has an expiry, helper keys such as locks too."""
    cache, other, third = callers(lab, 3)
    hint = "Data and expiry go together in one command, for helper keys too."
    lab.expect_every_key_expires(hint)
    cache.set("set", 1)
    lab.expect_every_key_expires(hint)
    cache.set_many({"many": 2, "more": 3}, ttl=50)
    cache.touch("set", ttl=70)
    cache.touch("many")
    lab.expect_every_key_expires(hint)
    expect(cache.get_or_compute(word(rand), Compute("alone"))).to_equal("alone")
    lab.expect_every_key_expires(hint)
    expect(stored(cache, ("set", "many", "more"))).to_equal({"set": 1, "many": 2, "more": 3})
    cache.delete("set")
    for key in ("more", "nothing"):
        cache.get(key), cache.exists(key), cache.ttl(key), cache.get_many([key]), cache.invalidate(key)
    lab.expect_every_key_expires(hint)
    for raises in (None, ("ValueError", "no")):  # the last leaves its callers alone: they may wait for ever
        key = word(rand)
        held = cache.get_or_compute.begin(key, Compute("slow", takes=TAKES, raises=raises))
        let_compute(lab)
        waits = [caller.get_or_compute.begin(key, Compute("quick")) for caller in (other, third)]
        lab.advance(TAKES / 2)
        lab.expect_every_key_expires(hint)
        lab.advance(10)
        lab.expect_every_key_expires(hint)
        if not raises:
            expect_returned([held, *waits], "long after compute() had ended")
            for call in (held, *waits):
                call.answer()
