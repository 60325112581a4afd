"""Checks of the rate limiter: what a hit gives, and the window."""

from random import Random
from typing import Any

from grader.suites.check import check
from grader.suites.expect import expect
from grader.suites.lab import Lab
from grader.suites.limiter_rules import CLOSE, EDGE, ROOM, allowed, fill, is_answer, refused, window_of
from grader.suites.names import word, words

NEW = "This user had no hit before: users do not count for each other."
LEFT = "Fewer than limit hits of this user are in the last window seconds: older ones no longer count."
TUPLE = "hit returns a tuple, (allowed, remaining, retry_after), be the hit allowed or refused."
DAY = 86400  # seconds
MANY = 150  # hits
STILL_IN = "The third hit is still in the window, so it counts: was it forgotten with the older ones?"


def is_refusal(seen: Any) -> bool:
    """Whether it looks like the answer of a hit that was refused."""
    return is_answer(seen) and not seen[0]


@check(points=1, objective="values", guide="rate-limiting")
def test_as_many_as_the_limit(lab: Lab, rand: Random) -> None:
    """As many hits as the limit are allowed, with (True, how many remain, 0); the next is refused."""
    limit, (user, eager) = rand.randrange(2, 8), words(rand, 2)
    store = lab.new("limiter", word(rand), limit, window_of(rand))
    for left in reversed(range(limit)):
        seen = store.hit(user)
        hint = "remaining is how many more would be allowed after this one; retry_after is 0."
        expect(seen).to_equal((True, left, 0), hint=ROOM if is_refusal(seen) else hint)
    for _ in range(2):
        refused(store, user, "Count first: a hit is allowed where fewer than limit were.")
    what = "What hit returns where it is refused"
    expect(store.hit(user), what).to_be(lambda it: isinstance(it, tuple), "a tuple", hint=TUPLE)
    many = lab.new("many", word(rand), MANY, window_of(rand))
    many.hit.many([(eager,)] * (MANY - 2))
    fill(many, eager, 2, "A limit is any whole number above 0, and all hits within the window count.")


@check(points=0.5, objective="values", guide="rate-limiting")
def test_a_limit_of_one(lab: Lab, rand: Random) -> None:
    """A limit of 1 allows one hit in a window, and a window may be a second or many days."""
    for window in (1, rand.randrange(2, 9) * DAY):
        (user, other), names = words(rand, 2), words(rand, 2)
        store, patient = (lab.new(f"limiter_{name}", name, 1, window) for name in names)
        allowed(store, user, 1)
        refused(store, user)
        allowed(patient, other, 1)
        early = max(0, window - 2)
        lab.advance(early)
        refused(patient, other, "A window is any number of seconds, be it one or those of many days.")
        lab.advance(window - early + EDGE)
        allowed(store, user, 1, "The window has gone by: the hit before no longer counts.")


@check(points=1, objective="values", guide="rate-limiting")
def test_remaining_beside_hits_that_leave(lab: Lab, rand: Random) -> None:
    """remaining counts what would be allowed right now, also when older hits have left the window."""
    window, user = window_of(rand), word(rand)
    store = lab.new("limiter", word(rand), 5, window)
    allowed(store, user, 2)
    lab.advance(window / 2)
    expect(store.hit(user)).to_equal((True, 2, 0), hint="Three hits are in the window, of the five that fit.")
    lab.advance(window / 2 + EDGE)
    for left in (3, 2):
        seen = store.hit(user)
        gone = is_answer(seen) and isinstance(seen[1], int) and seen[1] > left
        hint = "Two hits have left the window: drop them before counting."
        expect(seen).to_equal((True, left, 0), hint=STILL_IN if gone else hint)


@check(points=1, objective="values", guide="rate-limiting")
def test_reset_forgets(lab: Lab, rand: Random) -> None:
    """reset forgets the user's hits, so that all are allowed anew, and leaves other users alone."""
    window, (user, other, *names) = window_of(rand), words(rand, 4)
    store, elsewhere = (lab.new(f"limiter{n}", name, 5, window) for n, name in enumerate(names))
    others = (other, f"{user}:{other}", f"{user}{other}", f"{other}:{user}", f"{other}{user}")
    for one in (user, *others):
        fill(store, one, 5, NEW)
    seen = elsewhere.hit(user)
    apart = is_answer(seen) and bool(seen[0])  # else it is for limiters_are_apart to say
    if apart:
        fill(elsewhere, user, 4)
    store.reset(f"{user[:2]}*")
    refused(store, user, "Only hits of the user that is reset are forgotten: a * in a name is no pattern.")
    expect(store.reset(user)).to_equal(True, hint="There were hits within the window.")
    allowed(store, user, 4, "After a reset all hits are allowed anew.")
    for one in others:
        refused(store, one, "Only this user's hits are forgotten.")
    if apart:
        refused(elsewhere, user, "Only this limiter's hits are forgotten.")


@check(points=0.5, objective="values", guide="rate-limiting")
def test_reset_says_whether_there_were_any(lab: Lab, rand: Random) -> None:
    """reset is True where there were hits within the window, else False."""
    window, user = window_of(rand), word(rand)
    store = lab.new("limiter", word(rand), 2, window)
    expect(store.reset(user)).to_equal(False, hint="There was nothing to forget: reset returns False.")
    allowed(store, user, 1)
    expect(store.reset(user)).to_equal(True, hint="There was a hit within the window.")
    expect(store.reset(user)).to_equal(False, hint="The reset before forgot it: reset returns False.")
    allowed(store, user, 1)
    lab.advance(window + 1)
    expect(store.reset(user)).to_equal(False, hint="The last hit has left the window: reset returns False.")


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
        first = moment in {0, window / 2}  # this user's
        allowed(store, user, times, NEW if first else LEFT)
        if not first:  # where only one hit is in
            refused(store, user, hint)


@check(points=1, objective="ttl", guide="rate-limiting")
def test_the_window_is_no_whole_seconds(lab: Lab, rand: Random) -> None:
    """A hit counts for the whole window, whatever part of a second it came in."""
    window, users = rand.randrange(3, 9), words(rand, 5)
    store = lab.new("limiter", word(rand), 2, window)
    hint = "Keep the moment of a hit with its fraction: int(time.time()) is up to a second off."
    for user in users:
        fill(store, user, 2)
        lab.advance(0.2)
    lab.advance(window - 1 - 0.4)
    for user in users:
        refused(store, user, hint)
        lab.advance(0.2)
    lab.advance(0.8)
    allowed(store, users[0], 1, LEFT)


@check(points=1.5, objective="ttl", guide="rate-limiting")
def test_retry_after_is_when_the_next_would_be(lab: Lab, rand: Random) -> None:
    """retry_after of a refused hit is the seconds until the next would be allowed."""
    window, user = window_of(rand), word(rand)
    store = lab.new("limiter", word(rand), 4, window)
    for _ in range(2):
        allowed(store, user, 1)
        lab.advance(0.2 * window)
    fill(store, user, 2)
    lab.advance(0.2 * window)
    hint = "The next is allowed when the oldest hit leaves the window. In seconds, with a fraction."
    for waited in (0.4 * window, 0.4 * window - 1.5, 0.5):
        lab.advance(window - waited - lab.now)
        expect(refused(store, user), "retry_after").to_be_between(waited - CLOSE, waited + CLOSE, hint=hint)
    lab.advance(0.5 + EDGE)
    allowed(store, user, 1, "Whoever waits as long as retry_after says is let in.")
    left = 0.2 * window - EDGE
    expect(refused(store, user), "retry_after").to_be_between(left - CLOSE, left + CLOSE, hint=hint)
    single, lone = lab.new("single", word(rand), 1, window), word(rand, 7)
    single.hit(lone)
    if is_refusal(seen := single.hit(lone)):  # else it is for a_limit_of_one to say
        expect(seen[2], "retry_after").to_be_between(window - CLOSE, window + CLOSE, hint=hint)


@check(points=1, objective="ttl", guide="rate-limiting")
def test_refused_hits_count_for_nothing(lab: Lab, rand: Random) -> None:
    """Asking again and again while refused does not put off the moment from which a hit is allowed."""
    window, limit, user = window_of(rand), rand.randrange(2, 4), word(rand)
    store = lab.new("limiter", word(rand), limit, window)
    fill(store, user, limit)
    hint = "Add the hit only when it is allowed."
    for _ in range(9):
        lab.advance(window / 10)
        refused(store, user, hint)
    lab.advance(window / 10 + EDGE)
    allowed(store, user, 1, hint)


@check(points=1, objective="ttl", guide="crashes-and-expiry")
def test_what_is_kept_expires(lab: Lab, rand: Random) -> None:
    """What is kept of a user expires window seconds after the last allowed hit, refused ones or not."""
    window, user = window_of(rand), word(rand)
    store = lab.new("limiter", word(rand), 3, window)
    allowed(store, user, 1)
    lab.advance(0.6 * window)
    fill(store, user, 2)
    lab.advance(0.3 * window)
    refused(store, user)
    lab.advance(0.3 * window)
    hint = "A hit is still in the window, so it is still on the server: each allowed hit restarts the expiry."
    expect(len(lab.keys()) > 0, "Whether anything is kept on the server").to_equal(True, hint=hint)
    lab.advance(0.4 * window + 1)
    left = [state.key for state in lab.keys()]
    hint = "It expires window seconds after the last allowed hit: no later, and no refused hit restarts it."
    expect(left, "What is left a window after the last allowed hit").to_equal([], hint=hint)
