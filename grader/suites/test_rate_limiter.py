"""The hidden suite of the rate limiter: every sentence of its contract that can be shown."""

from random import Random
from typing import Any

from grader.interleave.calls import Call, Returned
from grader.interleave.explorer import Ending
from grader.suites.check import check
from grader.suites.expect import CheckFailedError, expect, expect_raised
from grader.suites.lab import Calls, Lab, Scenario, StandIn
from grader.suites.names import odd_names, word, words

EDGE = 0.5  # seconds that a check keeps away from every edge; the contract would allow a tenth
CLOSE = 0.3  # how far off a retry_after may be; the contract says a tenth
limiter = Calls("limiter")


def window_of(rand: Random) -> int:
    """A window in seconds that tenths of it are whole in."""
    return 10 * rand.randrange(3, 60)


def allowed(store: StandIn, user: str, times: int, hint: str = "") -> None:
    """So many hits are allowed."""
    for number in range(times):
        seen = store.hit(user)
        what = f"Hit {number + 1} of {times} that must be allowed"
        expect(seen, what).to_be(lambda it: _parts(it) and it[0] == True, "(True, ..., 0)", hint=hint)  # noqa: E712 - 1 serves too


def refused(store: StandIn, user: str, hint: str = "") -> Any:
    """The next hit is refused; its retry_after."""
    seen = store.hit(user)
    described = "(False, 0, the seconds to wait)"
    right = lambda it: _parts(it) and it[:2] == (False, 0)  # noqa: E731 - it reads as the sentence
    expect(seen, "A hit that must be refused").to_be(right, described, hint=hint)
    return seen[2]


def _parts(seen: Any) -> bool:
    return isinstance(seen, tuple) and len(seen) == 3


# Storing and reading


@check(points=1, objective="values", guide="rate-limiting")
def test_as_many_as_the_limit(lab: Lab, rand: Random) -> None:
    """As many hits as the limit are allowed, with (True, how many remain, 0); the next is refused."""
    limit, user = rand.randrange(2, 8), word(rand)
    store = lab.new("limiter", word(rand), limit, window_of(rand))
    for left in reversed(range(limit)):
        hint = "remaining is how many more would be allowed after this one; retry_after is 0."
        expect(store.hit(user)).to_equal((True, left, 0), hint=hint)
    for _ in range(2):
        refused(store, user, "Count first: a hit is allowed where fewer than limit were.")


@check(points=0.5, objective="values", guide="rate-limiting")
def test_a_limit_of_one(lab: Lab, rand: Random) -> None:
    """A limit of 1 allows one hit in a window, and a window may be a second."""
    user, store = word(rand), lab.new("limiter", word(rand), 1, 1)
    expect(store.hit(user)).to_equal((True, 0, 0))
    expect(refused(store, user), "retry_after").to_be_between(0.001, 1)
    lab.advance(1 + EDGE)
    expect(store.hit(user)).to_equal((True, 0, 0), hint="The window has gone by.")


@check(points=1, objective="values", guide="rate-limiting")
def test_remaining_beside_hits_that_leave(lab: Lab, rand: Random) -> None:
    """remaining counts what would be allowed right now, also when older hits have left the window."""
    window, user = window_of(rand), word(rand)
    store = lab.new("limiter", word(rand), 5, window)
    allowed(store, user, 2)
    lab.advance(window / 2)
    expect(store.hit(user)).to_equal((True, 2, 0))
    lab.advance(window / 2 + EDGE)
    hint = "Two hits have left the window: drop them before counting."
    expect(store.hit(user)).to_equal((True, 3, 0), hint=hint)
    expect(store.hit(user)).to_equal((True, 2, 0), hint=hint)


@check(points=1, objective="values", guide="rate-limiting")
def test_reset_forgets(lab: Lab, rand: Random) -> None:
    """reset forgets the user's hits, so that all are allowed anew, and leaves other users alone."""
    window, (user, other) = window_of(rand), words(rand, 2)
    store = lab.new("limiter", word(rand), 3, window)
    allowed(store, user, 3)
    allowed(store, other, 3)
    expect(store.reset(user)).to_equal(True, hint="There were hits within the window.")
    expect(store.hit(user)).to_equal((True, 2, 0), hint="After a reset all hits are allowed anew.")
    refused(store, other, "Only this user's hits are forgotten.")


@check(points=0.5, objective="values", guide="rate-limiting")
def test_reset_says_whether_there_were_any(lab: Lab, rand: Random) -> None:
    """reset is True where there were hits within the window, else False."""
    window, user = window_of(rand), word(rand)
    store = lab.new("limiter", word(rand), 2, window)
    expect(store.reset(user)).to_equal(False, hint="There was nothing to forget.")
    allowed(store, user, 2)
    expect(store.reset(user)).to_equal(True)
    expect(store.reset(user)).to_equal(False, hint="It was forgotten before.")
    allowed(store, user, 1)
    lab.advance(window + 1)
    expect(store.reset(user)).to_equal(False, hint="The last hit has left the window.")


# The window


@check(points=2, objective="ttl", guide="rate-limiting")
def test_the_window_slides(lab: Lab, rand: Random) -> None:
    """A hit counts for window seconds after it was allowed, whenever that was, and then no longer."""
    window, limit, users = window_of(rand), rand.randrange(3, 6), words(rand, 2)
    store = lab.new("limiter", word(rand), limit, window)
    hint = "Any window seconds hold at most limit hits: look back from now, not to a full minute."
    # The second user's hits come half a window later, so that no grid of windows suits both.
    moments: list[tuple[float, str, int]] = []
    for late, user in zip((0, window / 2), users, strict=True):
        moments += [(late, user, 1), (late + 0.3 * window, user, limit - 1)]
        moments += [(late + 0.6 * window, user, 0), (late + window - 1, user, 0)]
        moments += [(late + window + 1, user, 1), (late + 1.3 * window - 1, user, 0)]
        moments += [(late + 1.3 * window + 1, user, limit - 1), (late + 2 * window, user, 0)]
    for moment, user, times in sorted(moments):
        lab.advance(moment - lab.now)
        allowed(store, user, times, "Hits that have left the window no longer count.")
        if moment not in {0, window / 2}:  # where only one hit is in
            refused(store, user, hint)


@check(points=1, objective="ttl", guide="rate-limiting")
def test_the_window_is_no_whole_seconds(lab: Lab, rand: Random) -> None:
    """A hit counts for the whole window, whatever part of a second it came in."""
    window, users = rand.randrange(3, 9), words(rand, 5)
    store = lab.new("limiter", word(rand), 1, window)
    hint = "Keep the moment of a hit with its fraction: int(time.time()) is up to a second off."
    for user in users:
        allowed(store, user, 1)
        lab.advance(0.2)
    lab.advance(window - 1 - 0.4)
    for user in users:
        refused(store, user, hint)
        lab.advance(0.2)
    lab.advance(0.8)
    allowed(store, users[0], 1, hint)


@check(points=1.5, objective="ttl", guide="rate-limiting")
def test_retry_after_is_when_the_next_would_be(lab: Lab, rand: Random) -> None:
    """retry_after of a refused hit is the seconds until the next would be allowed."""
    window, user = window_of(rand), word(rand)
    store = lab.new("limiter", word(rand), 3, window)
    for _ in range(3):
        allowed(store, user, 1)
        lab.advance(0.2 * window)
    hint = "The next is allowed when the oldest hit leaves the window. In seconds, with a fraction."
    for waited in (0.4 * window, 0.4 * window - 1.5, 0.5):
        lab.advance(window - waited - lab.now)
        expect(refused(store, user), "retry_after").to_be_between(waited - CLOSE, waited + CLOSE, hint=hint)
    lab.advance(0.5 + EDGE)
    allowed(store, user, 1, "Whoever waits as long as retry_after says is let in.")
    left = 0.2 * window - EDGE
    expect(refused(store, user), "retry_after").to_be_between(left - CLOSE, left + CLOSE, hint=hint)


@check(points=1, objective="ttl", guide="rate-limiting")
def test_refused_hits_count_for_nothing(lab: Lab, rand: Random) -> None:
    """Asking again and again while refused does not put off the moment from which a hit is allowed."""
    window, limit, user = window_of(rand), rand.randrange(2, 4), word(rand)
    store = lab.new("limiter", word(rand), limit, window)
    allowed(store, user, limit)
    hint = "Add the hit only when it is allowed."
    for step in range(1, 10):
        lab.advance(window / 10)
        wait = window - step * window / 10
        expect(refused(store, user), "retry_after").to_be_between(wait - CLOSE, wait + CLOSE, hint=hint)
    lab.advance(window / 10 + EDGE)
    allowed(store, user, limit, hint)


@check(points=1, objective="ttl", guide="crashes-and-expiry")
def test_what_is_kept_expires(lab: Lab, rand: Random) -> None:
    """What is kept of a user expires window seconds after the last allowed hit, refused ones or not."""
    window, user = window_of(rand), word(rand)
    store = lab.new("limiter", word(rand), 2, window)
    allowed(store, user, 1)
    lab.advance(0.6 * window)
    allowed(store, user, 1)
    lab.advance(0.3 * window)
    refused(store, user)
    lab.advance(0.3 * window)
    expect(len(lab.keys()) > 0, "Whether anything is kept").to_equal(
        True, hint="A hit is still in the window."
    )
    lab.advance(0.4 * window + 1)
    left = [state.key for state in lab.keys()]
    hint = "Restart the expiry with each hit that is allowed, and with no other."
    expect(left, "What is left a window after the last allowed hit").to_equal([], hint=hint)


# Names


@check(points=0.5, objective="keys", guide="names-and-keys")
def test_any_text_names_a_user(lab: Lab, rand: Random) -> None:
    """A user is any text, used as it is, and users do not count for each other."""
    base = word(rand, 4)
    users = [base, base.upper(), f"{base} ", f" {base}", f"{base}:", f"{base}*", "*", *odd_names(rand)]
    store = lab.new("limiter", rand.choice(odd_names(rand)), 2, window_of(rand))
    hint = "Users do not count for each other: is the user in the key as it is, and whole?"
    for _ in range(2):
        for user in users:
            allowed(store, user, 1, hint)
    for user in users:
        refused(store, user)


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
    hint = "Name and user are both free text, so no sign in between tells where the name ends."
    for number, (name, user) in enumerate(pairs):
        store = lab.new(f"limiter{number}", name, 1, 60)
        allowed(store, user, 1, hint)
        refused(store, user)


@check(points=1, objective="keys", guide="why-valkey")
def test_state_is_on_the_server(lab: Lab, rand: Random) -> None:
    """Two objects of one limiter, in two processes, count together."""
    name, user = words(rand, 2)
    here, there = lab.new("here", name, 3, 60), lab.new("there", name, 3, 60, actor=lab.enter())
    hint = "All state lives on the server; an object counts nothing by itself."
    expect(here.hit(user)).to_equal((True, 2, 0))
    expect(there.hit(user)).to_equal((True, 1, 0), hint=hint)
    expect(here.hit(user)).to_equal((True, 0, 0), hint=hint)
    refused(there, user, hint)
    expect(there.reset(user)).to_equal(True, hint=hint)
    expect(here.hit(user)).to_equal((True, 2, 0), hint=hint)


# Bad arguments


@check(points=0.5, objective="arguments", guide="bad-arguments")
def test_numbers_that_are_refused(lab: Lab, rand: Random) -> None:
    """limit and window are whole numbers above 0, else ValueError."""
    hint = "Check both numbers when the object is made."
    for wrong in (0, -1, -rand.randrange(2, 99), 1.5):
        expect_raised(lab.try_new(word(rand), wrong, 60), ValueError, hint=hint)
        expect_raised(lab.try_new(word(rand), 5, wrong), ValueError, hint=hint)
    expect(lab.new("limiter", word(rand), 1, 1).hit("ann")).to_equal((True, 0, 0))


@check(points=0.5, objective="arguments", guide="bad-arguments")
def test_empty_names_are_refused(lab: Lab, rand: Random) -> None:
    """An empty name or user raises ValueError, and nothing is kept."""
    store = lab.new("limiter", word(rand), 2, 60)
    hint = "Every method that takes a user refuses an empty one; the name is checked when the object is made."
    for answer in (store.hit.answer(""), store.reset.answer(""), lab.try_new("", 2, 60)):
        expect_raised(answer, ValueError, hint=hint)
    expect([state.key for state in lab.keys()], "What is kept").to_equal([], hint=hint)
    expect(store.hit(word(rand))).to_equal((True, 1, 0))


# Cost


@check(points=1, objective="performance", guide="round-trips")
def test_a_hit_takes_one_round_trip(lab: Lab, rand: Random) -> None:
    """hit takes one round trip, allowed or refused."""
    user, store = word(rand), lab.new("limiter", word(rand), 2, 60)
    hint = "Drop the old, count and add in one script: that is one round trip, and atomic too."
    allowed(store, user, 1)
    with lab.traffic() as traffic:
        allowed(store, user, 1)
    expect(traffic.round_trips, "A hit that is allowed").to_be_at_most(1, "round trips", hint=hint)
    with lab.traffic() as traffic:
        refused(store, user)
    expect(traffic.round_trips, "A hit that is refused").to_be_at_most(1, "round trips", hint=hint)


@check(points=1, objective="performance", guide="rate-limiting")
def test_memory_is_bounded_by_the_limit(lab: Lab, rand: Random) -> None:
    """For each user at most limit hits are kept, however many were refused or have left the window."""
    limit, window, user = 10, window_of(rand), word(rand)
    store = lab.new("limiter", word(rand), limit, window)
    for number in range(limit):
        lab.advance(window / limit if number else 0)
        allowed(store, user, 1)
    full = lab.stored_bytes()
    expect(full > 0, "Whether the hits are kept on the server").to_equal(True)
    store.hit.many([(user,)] * 50)
    hint = "Keep no hit that was refused, and drop those that have left the window."
    expect(lab.stored_bytes(), "What is kept after 50 refused hits").to_be_at_most(
        2 * full, "bytes", hint=hint
    )
    for _ in range(4 * limit):
        lab.advance(window / limit + EDGE)
        allowed(store, user, 1)
    what = "What is kept after four more windows of hits"
    expect(lab.stored_bytes(), what).to_be_at_most(2 * full, "bytes", hint=hint)


@check(points=0.5, objective="performance", guide="scan-not-keys")
def test_nothing_walks_over_all_keys(lab: Lab, rand: Random) -> None:
    """Nothing calls KEYS, FLUSHALL or FLUSHDB, inside scripts neither."""
    user, store = word(rand), lab.new("limiter", word(rand), 2, 60)
    with lab.tap() as executions:
        allowed(store, user, 2)
        refused(store, user)
        store.reset(user)
        allowed(store, user, 1)
    found = sorted(executions.names & {"KEYS", "FLUSHALL", "FLUSHDB"})
    hint = "KEYS reads every key on the server and stops everybody meanwhile; a limiter knows its own."
    expect(found, "What the limiter calls").to_equal([], hint=hint)


# Two callers at once


def exactly(wanted: int, left: int, ending: Ending) -> str:
    """So many of the hits raced were allowed, and of those that follow so many."""
    values = [answer.value for answer in ending.answers if isinstance(answer, Returned)]
    right = [value for value in values if _parts(value) and value[0] == True]  # noqa: E712 - 1 serves too
    if len(values) < len(ending.answers) or len(right) != wanted:
        return f"{len(right)} of {len(ending.answers)} hits at once were allowed where {wanted} fitted."
    after = [
        isinstance(answer, Returned) and _parts(answer.value) and answer.value[0] for answer in ending.look
    ]
    if after != [number < left for number in range(len(after))]:
        return f"Afterwards {sum(map(bool, after))} more were allowed where {left} fitted."
    return ""


@check(points=1.5, objective="atomicity", guide="rate-limiting")
def test_two_hits_at_once(lab: Lab, rand: Random) -> None:
    """The limit is exact: of hits at the same time no more are allowed than fit, and no fewer."""
    user = word(rand)
    hint = "Counting and adding must be one atomic step, and each hit counts, also two of the same moment."
    for limit, before, callers in ((2, 0, 2), (2, 1, 2), (3, 0, 2), (2, 0, 3)):
        hit = limiter.hit(user)
        scenario = Scenario(
            {"limiter": ("login", limit, 600)},
            together=(hit,) * callers,
            setup=(hit,) * before,
            look=(hit,) * 2,
        )
        fits = min(callers, limit - before)
        lab.race(scenario, lambda end, f=fits, lim=limit, b=before: exactly(f, lim - b - f, end), hint)


@check(points=0.5, objective="atomicity", guide="rate-limiting")
def test_fifty_hits_at_once(lab: Lab, rand: Random) -> None:
    """Of 50 hits at the same time exactly limit are allowed, in the threads of one process."""
    limit, user = rand.randrange(5, 20), word(rand)
    store = lab.new("limiter", word(rand), limit, 600)
    answers = lab.together(store.actor, [limiter.hit(user)] * 50)
    ending = Ending(tuple(answers), (store.hit.answer(user),))
    if verdict := exactly(limit, 0, ending):
        raise CheckFailedError(verdict, None, None, "Counting and adding must be one atomic step.")


# Crashes


@check(points=0.5, objective="crashes", guide="crashes-and-expiry")
def test_every_key_expires(lab: Lab, rand: Random) -> None:
    """Every key that the module writes has an expiry, helper keys too."""
    user, store = word(rand), lab.new("limiter", word(rand), 2, 60)
    hint = "Each write sets the expiry with the data, in one atomic step."
    for _ in range(2):
        allowed(store, user, 1)
        lab.expect_every_key_expires(hint=hint)
    refused(store, user)
    lab.expect_every_key_expires(hint=hint)
    store.reset(user)
    lab.expect_every_key_expires(hint=hint)
    allowed(store, user, 1)


@check(points=1, objective="crashes", guide="crashes-and-expiry", needs=("every_key_expires",))
def test_a_crash_in_hit(lab: Lab, rand: Random) -> None:
    """No crash in hit leaves a key that never expires, or lets more through than the limit."""
    name, user = words(rand, 2)
    witness = lab.enter()

    def prepare() -> tuple[StandIn, Call]:
        lab.empty()
        store = lab.new("limiter", name, 2, 60, actor=lab.enter())
        return store, limiter.hit(user)

    def judge() -> str:
        if eternal := [key.key for key in lab.keys() if key.ttl is None]:
            return f"The crash left the key {eternal[0]!r} without an expiry."
        store = lab.new("limiter", name, 2, 60, actor=witness)
        seen = [store.hit(user) for _ in range(3)]
        fitted = [_parts(value) and value[0] for value in seen]
        right = fitted in ([True, True, False], [True, False, False])
        return "" if right else f"After the crash three hits gave {seen}, with a limit of 2."

    lab.crash_in(prepare, judge, "The hit and its expiry go in one atomic step: MULTI/EXEC or a script.")
