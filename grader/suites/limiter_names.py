"""Checks of the rate limiter: names, bad arguments and cost."""

from random import Random
from string import punctuation

from grader.suites.check import check
from grader.suites.expect import expect, expect_raised
from grader.suites.lab import Lab, StandIn
from grader.suites.limiter_rules import EDGE, allowed, fill, is_answer, refused, window_of
from grader.suites.names import (
    CONTROLS,
    DOUBLED,
    SAME_SHORT_HASH,
    SHARED_STATE,
    long_names,
    named_like_keys,
    near_names,
    odd_names,
    short,
    signs_around,
    word,
    words,
)

NO_HIT_YET = "no hit yet. Name and user are both in the key, whole; each may hold the sign between the two."
# What somebody may put between the limiter's name and the user.
SIGNS = (*punctuation, " ", "\0", *CONTROLS, *DOUBLED)


@check(points=0.5, objective="keys", guide="names-and-keys")
def test_any_text_names_a_user(lab: Lab, rand: Random) -> None:
    """A user is any text, used as it is, and users do not count for each other."""
    base = word(rand, 8)
    users = [*near_names(base), *odd_names(rand), *SAME_SHORT_HASH, *long_names(rand), *signs_around(base)]
    store = lab.new("limiter", rand.choice(odd_names(rand)), 3, window_of(rand))
    hint = "Users do not count for each other: is the user in the key as it is, and whole?"
    for user in users:
        allowed(store, user, 1, hint)
    for user in users:
        fill(store, user, 2, hint)
    hint = "This user's name makes a key that the module keeps for another user."
    for user in named_like_keys([state.key for state in lab.keys()], base):
        if user not in users:
            fill(store, user, 3, hint)
    for user in (base.upper(), f" {base}", f"{base}\n", f"{base}e\u0301"):
        store.reset(user)
    hint = "reset forgets the hits of this very user: the name is used as it is."
    for user in (base, f"{base}\u00e9"):
        seen = store.hit(user)
        what = f"Whether a hit of {user!a}, who was refused before, is allowed after others were reset"
        expect(is_answer(seen) and bool(seen[0]), what).to_equal(False, hint=hint)


@check(points=1, objective="keys", guide="names-and-keys")
def test_limiters_are_apart(lab: Lab, rand: Random) -> None:
    """Limiters of different names do not share hits; c of a:b is another than b:c of a."""
    a, b, c = words(rand, 3)
    users = [c, f"{c}:", *(f"{b}{sign}{c}" for sign in SIGNS)]
    names = [*near_names(a), b, *(f"{a}{sign}{b}" for sign in SIGNS), *odd_names(rand)]
    pairs = [*((a, user) for user in users), *((name, c) for name in names if name != a)]
    pairs += [(name, c) for name in (*SAME_SHORT_HASH, *long_names(rand), *signs_around(a))]
    # Where a length stands in front of the name, it has to be told from the name itself.
    ten = word(rand, 10)
    pairs += [("1", f"{ten}:{c}"), (f":{ten}", c), ("1", f"x{ten}{c}"), (f"x{ten}", c)]
    made: dict[str, StandIn] = {}
    for name, user in pairs:
        if name not in made:
            made[name] = lab.new(f"limiter{len(made)}", name, 2, 60)
        fill(made[name], user, 2, f"The user {short(user)} of the limiter {short(name)}: {NO_HIT_YET}")
    limits_are_apart(lab, rand)


def limits_are_apart(lab: Lab, rand: Random) -> None:
    """Each limiter keeps its own limit and window, whichever was made last."""
    user, *names = words(rand, 3)
    hint = "Each limiter has a limit and a window of its own: keep them in the object, not in the class."
    for first in (0, 1):
        kinds = {"tight": (f"{names[0]}{first}", 2, 60), "wide": (f"{names[1]}{first}", 9, 6000)}
        made = {kind: lab.new(f"{kind}{first}", *kinds[kind]) for kind in sorted(kinds, reverse=bool(first))}
        fill(made["tight"], user, 2, hint)
        allowed(made["wide"], user, 6, hint)
        fill(made["wide"], user, 2, hint)
        lab.advance(2 * 60 + EDGE)
        allowed(made["tight"], user, 1, hint)
        refused(made["wide"], user, hint)


@check(points=1, objective="keys", guide="why-valkey")
def test_state_is_on_the_server(lab: Lab, rand: Random) -> None:
    """Two objects of one limiter, in two processes, count together."""
    name, user = words(rand, 2)
    here, there = lab.new("here", name, 3, 60), lab.new("there", name, 3, 60, actor=lab.enter())
    hint = SHARED_STATE
    allowed(there, user, 1)
    fill(here, user, 2)
    refused(there, user, hint)
    late = lab.new("late", name, 3, 60, actor=lab.enter())
    refused(late, user, "Making an object changes nothing: hits of other processes may be there already.")
    there.reset(user)
    seen = there.hit(user)
    if is_answer(seen) and seen[0]:  # else it is for reset_forgets to say
        allowed(here, user, 1, hint)


@check(points=0.5, objective="arguments", guide="bad-arguments")
def test_numbers_that_are_refused(lab: Lab, rand: Random) -> None:
    """limit and window are whole numbers above 0, else ValueError."""
    hint = "Check both numbers when the object is made."
    for wrong in (0, -1, -rand.randrange(2, 99), 1.5):
        expect_raised(lab.try_new(word(rand), wrong, 60), ValueError, hint=hint)
        expect_raised(lab.try_new(word(rand), 5, wrong), ValueError, hint=hint)
    allowed(lab.new("limiter", word(rand), 2, 1), "ann", 1)
    hint = "A window is any number of seconds above 0, ten years too."
    allowed(lab.new("season", word(rand), 2, 3650 * 86400), "ann", 1, hint)


@check(points=0.5, objective="arguments", guide="bad-arguments")
def test_empty_names_are_refused(lab: Lab, rand: Random) -> None:
    """An empty name or user raises ValueError, and nothing is kept."""
    store = lab.new("limiter", word(rand), 2, 60)
    hint = "Every method that takes a user refuses an empty one; the name is checked when the object is made."
    for call in (store.hit.answer, store.reset.answer, lambda empty: lab.try_new(empty, 2, 60)):
        expect_raised(call(""), ValueError, hint=hint)
    hint = "A call that raises changes nothing."
    expect([state.key for state in lab.keys()], "What is kept").to_equal([], hint=hint)
    allowed(store, word(rand), 1)


@check(points=1, objective="performance", guide="round-trips")
def test_a_hit_takes_one_round_trip(lab: Lab, rand: Random) -> None:
    """hit takes one round trip, allowed or refused."""
    user, store = word(rand), lab.new("limiter", word(rand), 3, 60)
    hint = "Drop the old, count and add in one script: that is one round trip, and atomic too."
    fill(store, user, 3)
    with lab.traffic() as traffic:
        refused(store, user)
    expect(traffic.round_trips, "A hit that is refused").to_be_at_most(1, "round trips", hint=hint)
    lab.advance(60 + EDGE)
    with lab.traffic() as traffic:
        allowed(store, user, 1)
    expect(traffic.round_trips, "A hit that is allowed").to_be_at_most(1, "round trips", hint=hint)
    for _ in range(3):  # whether it is the last that is allowed or not
        with lab.traffic() as traffic:
            store.hit(user)
        expect(traffic.round_trips, "A hit after others").to_be_at_most(1, "round trips", hint=hint)


@check(points=1, objective="performance", guide="rate-limiting")
def test_memory_is_bounded_by_the_limit(lab: Lab, rand: Random) -> None:
    """For each user at most limit hits are kept, however many were refused or have left the window."""
    limit, window, user = 10, window_of(rand), word(rand)
    store = lab.new("limiter", word(rand), limit, window)
    for _ in range(limit - 2):
        allowed(store, user, 1)
        lab.advance(window / limit)
    fill(store, user, 2)
    full = lab.stored_bytes()
    expect(full > 0, "Whether the hits are kept on the server").to_equal(True, hint=SHARED_STATE)
    store.hit.many([(user,)] * 50)
    hint = "Keep no hit that was refused, and drop those that have left the window."
    expect(lab.stored_bytes(), "What is kept after 50 refused hits").to_be_at_most(
        2 * full, "bytes", hint=hint
    )
    lab.advance(0.2 * window + EDGE)
    for _ in range(4 * limit):
        allowed(store, user, 1)
        lab.advance(1.3 * window / limit)
    what = "What is kept after five more windows of hits"
    expect(lab.stored_bytes(), what).to_be_at_most(2 * full, "bytes", hint=hint)


@check(points=0.5, objective="performance", guide="scan-not-keys")
def test_nothing_walks_over_all_keys(lab: Lab, rand: Random) -> None:
    """Nothing calls KEYS, FLUSHALL or FLUSHDB, inside scripts neither."""
    user, store = word(rand), lab.new("limiter", word(rand), 2, 60)
    with lab.tap() as executions:
        fill(store, user, 2)
        store.reset(user)
    found = sorted(executions.names & {"KEYS", "FLUSHALL", "FLUSHDB"})
    hint = "KEYS reads every key on the server and stops everybody meanwhile; a limiter knows its own."
    expect(found, "The list of forbidden commands that the limiter calls").to_equal([], hint=hint)
