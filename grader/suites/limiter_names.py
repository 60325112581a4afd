"""Checks of the rate limiter: names, bad arguments and cost."""

from random import Random

from grader.suites.check import check
from grader.suites.expect import expect, expect_raised
from grader.suites.lab import Lab
from grader.suites.limiter_rules import EDGE, allowed, fill, refused, window_of
from grader.suites.names import SHARED_STATE, odd_names, word, words


@check(points=0.5, objective="keys", guide="names-and-keys")
def test_any_text_names_a_user(lab: Lab, rand: Random) -> None:
    """A user is any text, used as it is, and users do not count for each other."""
    base = word(rand, 4)
    users = [base, base.upper(), f"{base} ", f" {base}", f"{base}:", f"{base}*", "*", *odd_names(rand)]
    store = lab.new("limiter", rand.choice(odd_names(rand)), 3, window_of(rand))
    hint = "Users do not count for each other: is the user in the key as it is, and whole?"
    for user in users:
        allowed(store, user, 1, hint)
    for user in users:
        fill(store, user, 2, hint)


@check(points=1, objective="keys", guide="names-and-keys")
def test_limiters_are_apart(lab: Lab, rand: Random) -> None:
    """Limiters of different names do not share hits; c of a:b is another than b:c of a."""
    a, b, c = words(rand, 3)
    pairs = [
        (a, c),
        (f"{a}:{b}", c),
        (a, f"{b}:{c}"),
        (a.upper(), c),
        (f"{a} ", c),
        (a, f"{c}:"),
        (f"{a}:", c),
    ]
    pairs += [(f"{a}/{b}", c), (a, f"{b}/{c}"), (f"{a}|{b}", c), (a, f"{b}|{c}"), (b, c)]
    hint = "Name and user are both in the key, and whole; each may hold the sign that you put between them."
    for number, (name, user) in enumerate(pairs):
        fill(lab.new(f"limiter{number}", name, 2, 60), user, 2, hint)


@check(points=1, objective="keys", guide="why-valkey")
def test_state_is_on_the_server(lab: Lab, rand: Random) -> None:
    """Two objects of one limiter, in two processes, count together."""
    name, user = words(rand, 2)
    here, there = lab.new("here", name, 3, 60), lab.new("there", name, 3, 60, actor=lab.enter())
    hint = SHARED_STATE
    allowed(there, user, 1)
    fill(here, user, 2)
    refused(there, user, hint)


@check(points=0.5, objective="arguments", guide="bad-arguments")
def test_numbers_that_are_refused(lab: Lab, rand: Random) -> None:
    """limit and window are whole numbers above 0, else ValueError."""
    hint = "Check both numbers when the object is made."
    for wrong in (0, -1, -rand.randrange(2, 99), 1.5):
        expect_raised(lab.try_new(word(rand), wrong, 60), ValueError, hint=hint)
        expect_raised(lab.try_new(word(rand), 5, wrong), ValueError, hint=hint)
    allowed(lab.new("limiter", word(rand), 2, 1), "ann", 1)


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
    user, store = word(rand), lab.new("limiter", word(rand), 2, 60)
    hint = "Drop the old, count and add in one script: that is one round trip, and atomic too."
    fill(store, user, 2)
    with lab.traffic() as traffic:
        refused(store, user)
    expect(traffic.round_trips, "A hit that is refused").to_be_at_most(1, "round trips", hint=hint)
    lab.advance(60 + EDGE)
    with lab.traffic() as traffic:
        allowed(store, user, 1)
    expect(traffic.round_trips, "A hit that is allowed").to_be_at_most(1, "round trips", hint=hint)


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
