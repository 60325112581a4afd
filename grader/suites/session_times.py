"""Checks of the session store: idle time and lifetime."""

from random import Random

from grader.suites.check import check
from grader.suites.expect import expect
from grader.suites.lab import Lab
from grader.suites.names import word, words
from grader.suites.session_rules import DATA, expect_over, log_in, session_of, tokens_of, unless_same

IDLE, LIFETIME = 1800, 86400


@check(points=1, objective="ttl", guide="sessions")
def test_a_session_left_alone_ends(lab: Lab, rand: Random) -> None:
    """A session that is left alone for idle_ttl seconds is over, and never comes back."""
    for idle in (rand.randrange(50, 900), rand.randrange(2, 9) * LIFETIME):
        user = word(rand)
        lab.renew()  # all objects on one server are made with the same two times
        store = lab.new("store", idle_ttl=idle, lifetime=10 * idle, actor=lab.enter())
        tokens = [log_in(store, user, {"n": n}) for n in range(2)]
        lab.advance(idle - 1)
        early = unless_same(tokens, "It was over too early.")
        expect(session_of(store, tokens[0])).to_equal((user, {"n": 0}), hint=early)
        lab.advance(2)
        expect_over(store, tokens[1], "It was left alone for idle_ttl seconds, so it is over.")


@check(points=0.5, objective="ttl", guide="sessions")
def test_update_makes_no_session(lab: Lab, rand: Random) -> None:
    """update of a session that is over returns False, and none is made."""
    idle, user = rand.randrange(50, 900), word(rand)
    store = lab.new("store", idle_ttl=idle, lifetime=10 * idle)
    token = log_in(store, user, {"n": 1})
    expect(store.update(token, {"n": 2})).to_equal(True)
    lab.advance(idle + 1)
    listed = tokens_of(store, user)
    expect(store.update(token, {"n": 3})).to_equal(False, hint="It was over already.")
    hint = "Writing into what is over makes it anew. Look and write in one atomic step."
    expect(session_of(store, token)).to_equal(None, hint=hint)
    expect(tokens_of(store, user), "The set of the user's tokens after that update").to_equal(
        listed, hint=hint
    )


@check(points=0.5, objective="ttl", guide="sessions")
def test_the_usual_times(lab: Lab, rand: Random) -> None:
    """Unless told otherwise a session lives 1800 seconds when left alone, and 86400 in all."""
    user = word(rand)
    for given, seconds, usual in (
        ({}, IDLE, "The default idle_ttl is 1800 seconds: left alone that long, a session is over."),
        ({"idle_ttl": 2 * LIFETIME}, LIFETIME, "The default lifetime is 86400 seconds: then it is over."),
    ):
        lab.renew()  # all objects on one server are made with the same two times
        store = lab.new("store", actor=lab.enter(), **given)
        tokens = [log_in(store, user) for _ in range(2)]
        hint = unless_same(tokens, usual)
        lab.advance(seconds - 1)
        expect(session_of(store, tokens[0])).to_equal((user, DATA), hint=hint)
        lab.advance(2)
        expect(session_of(store, tokens[1])).to_equal(None, hint=hint)


@check(points=0.5, objective="ttl", guide="sessions")
def test_get_restarts_the_idle_time(lab: Lab, rand: Random) -> None:
    """get restarts a session's idle time."""
    _restarts(lab, rand, "get")


@check(points=0.5, objective="ttl", guide="sessions")
def test_update_restarts_the_idle_time(lab: Lab, rand: Random) -> None:
    """update restarts a session's idle time."""
    _restarts(lab, rand, "update")


def _restarts(lab: Lab, rand: Random, method: str) -> None:
    idle = rand.randrange(50, 900)
    store = lab.new("store", idle_ttl=idle, lifetime=10 * idle)
    users = words(rand, 2)
    tokens = [log_in(store, user, {"n": 1}) for user in users]
    hint = f"{method} begins the idle time anew, all of it."
    for wait in (idle - 20, idle / 5, idle - 20):
        lab.advance(wait)
        for user, token in zip(users, tokens, strict=True):
            if method == "get":
                expect(session_of(store, token)).to_equal((user, {"n": 1}), hint=hint)
            else:
                expect(store.update(token, {"n": 1})).to_equal(True, hint=hint)
    lab.advance(idle - 1)
    expect(session_of(store, tokens[0])).to_equal((users[0], {"n": 1}), hint=hint)
    lab.advance(2)
    expect(session_of(store, tokens[1])).to_equal(None, hint="After that it is over as ever.")


@check(points=1, objective="ttl", guide="sessions")
def test_nothing_extends_the_lifetime(lab: Lab, rand: Random) -> None:
    """lifetime seconds after it was created a session is over, whatever happened in between."""
    lifetime, (user, other) = rand.randrange(200, 900), words(rand, 2)
    # As long as the lifetime, so that a session lives that long whether or not its idle time starts anew.
    store = lab.new("store", idle_ttl=lifetime, lifetime=lifetime)
    read, written = log_in(store, user), log_in(store, other)
    for _ in range(3):
        lab.advance(lifetime / 4)
        expect(session_of(store, read)).to_equal((user, DATA))
        store.update(written, DATA)
    lab.advance(lifetime / 4 - 1)
    expect(session_of(store, read)).to_equal((user, DATA), hint="It was over too early.")
    lab.advance(2)
    hint = "The end of the lifetime is set once, when the session is created."
    for token in (read, written):
        expect_over(store, token, hint)


@check(points=0.5, objective="ttl", guide="sessions")
def test_a_lifetime_shorter_than_the_idle_time(lab: Lab, rand: Random) -> None:
    """A lifetime that is shorter than the idle time ends the session."""
    lifetime, user = rand.randrange(50, 900), word(rand)
    store = lab.new("store", idle_ttl=2 * lifetime, lifetime=lifetime)
    token, other = log_in(store, user), log_in(store, user)
    lab.advance(lifetime - 1)
    expect(session_of(store, token)).to_equal((user, DATA), hint="It was over too early.")
    lab.advance(2)
    hint = "Whichever of the two times ends first ends the session."
    expect(session_of(store, token)).to_equal(None, hint=hint)
    expect(session_of(store, other)).to_equal(None, hint=hint)


@check(points=0.5, objective="ttl", guide="sessions")
def test_only_get_and_update_restart(lab: Lab, rand: Random) -> None:
    """Nothing but get and update restarts the idle time: not tokens, nor another session's calls."""
    idle, user = rand.randrange(100, 900), word(rand)
    store = lab.new("store", idle_ttl=idle, lifetime=10 * idle)
    token, other = log_in(store, user), log_in(store, word(rand, 8), {"n": 1})
    sibling, gone = log_in(store, user, {"n": 2}), log_in(store, user)
    lab.advance(idle - 20)
    tokens_of(store, user)
    expect(store.update(other, {"n": 2})).to_equal(True)
    store.update(sibling, {"n": 3})
    session_of(store, sibling)
    store.log_out(gone)
    log_in(store, user)
    store.log_out_everywhere(word(rand, 9))
    lab.advance(21)
    hint = unless_same(
        (token, sibling, gone), "Only get and update of that very session restart its idle time."
    )
    expect(session_of(store, token)).to_equal(None, hint=hint)
    what = "What get gives of a session that was updated"
    hint = "update restarts the idle time of its session, so this one is still there."
    expect(session_of(store, other), what).to_be(bool, "the session", hint)


@check(points=1, objective="ttl", guide="crashes-and-expiry")
def test_nothing_outlives_the_lifetime(lab: Lab, rand: Random) -> None:
    """lifetime seconds after the last create the database is empty again."""
    lifetime, user = rand.randrange(200, 900), word(rand)
    store = lab.new("store", idle_ttl=lifetime, lifetime=lifetime)
    log_in(store, word(rand, 8))
    token, written, gone = (log_in(store, user) for _ in range(3))
    stranger = word(rand, 9)
    log_in(store, stranger)
    for _ in range(3):
        lab.advance(lifetime / 4)
        expect(session_of(store, token)).to_equal((user, DATA))
        store.update(written, DATA)
    tokens_of(store, user)
    store.log_out(gone)
    for use in (store.get, store.log_out):
        use(word(rand, 40))
    store.log_out_everywhere(stranger)
    lab.advance(lifetime / 4 + 1)
    hint = (
        "No key lives longer than the sessions it serves: index, restarted session, mark of what has ended."
    )
    left = [state.key for state in lab.keys()]
    expect(left, "What is left on the server after the lifetime").to_equal([], hint=hint)
    for use in (store.get, store.log_out):
        use(token)
    left = [state.key for state in lab.keys()]
    what = "What is on the server after calls with the token of a session that is over"
    expect(left, what).to_equal([], hint="Where the session is over, nothing is written.")
    lab.renew()
    patient = lab.new("patient", idle_ttl=3 * lifetime, lifetime=lifetime, actor=lab.enter())
    patient.create(user, {"n": 1})
    lab.advance(lifetime + 2)
    left = [state.key for state in lab.keys()]
    expect(left, "What is left on the server after the lifetime").to_equal([], hint=hint)


@check(points=0.5, objective="ttl", guide="sessions")
def test_an_early_session_ends_without_the_later(lab: Lab, rand: Random) -> None:
    """A session that began later goes on when an earlier one's lifetime ends, and is found by its user."""
    lifetime, user = rand.randrange(200, 900), word(rand)
    store = lab.new("store", idle_ttl=lifetime, lifetime=lifetime)
    early = log_in(store, user)
    lab.advance(lifetime / 2)
    later = {log_in(store, user) for _ in range(2)}
    lab.advance(lifetime / 2 + 1)
    hint = "What is kept for a user must live as long as the user's newest session."
    expect(session_of(store, early)).to_equal(
        None, hint=unless_same((early, *later), "Its lifetime is over.")
    )
    expect(tokens_of(store, user)).to_be(
        lambda seen: isinstance(seen, set | frozenset) and seen >= later, f"{later}, both", hint=hint
    )
    for token in later:
        expect(session_of(store, token)).to_equal((user, DATA))
    store.log_out_everywhere(user)
    expect(session_of(store, min(later))).to_equal(None, hint=hint)
