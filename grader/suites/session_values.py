"""Checks of the session store: storing and reading, and what it costs."""

from random import Random
from typing import Any

from grader.suites.check import check
from grader.suites.expect import expect
from grader.suites.lab import Lab, StandIn
from grader.suites.names import long_names, odd_names, signs_around, word, words
from grader.suites.session_rules import (
    DATA,
    expect_over,
    expect_token,
    log_in,
    session_of,
    tokens_of,
    unless_same,
)

MANY = 150  # sessions of one user, or sets give all at once
# What a module might call what it keeps of a session beside the data.
OWN = ("user", "data", "token", "_user", "user_id", "username", "created", "created_at", "expires", "seen")
WHOLE = "The data is the user's own, whatever its keys are, and JSON keeps it: Lua's cjson and str() do not."
ANY_NUMBER = "A user may have any number of sessions: of many SSCAN and HSCAN give only a part at once."


@check(points=1, objective="values", guide="sessions")
def test_create_then_get(store: StandIn, rand: Random) -> None:
    """create starts a session; get gives its user and its data, as a tuple."""
    user, other = words(rand, 2)
    data = {"role": word(rand), "seen": [rand.randrange(999), None, 1.5], "at": {"é\n": True}}
    token, second = log_in(store, user, data), log_in(store, other, {"n": 1})
    hint = "get returns the tuple (user, data), the data as JSON gives it back: a tuple has become a list."
    expect(store.get(token)).to_equal((user, data), hint=hint)
    expect(store.get(second)).to_equal((other, {"n": 1}), hint="Each session has a user and data of its own.")
    third = log_in(store, user, {"pair": (1, 2), 3: "three", None: 0, True: 1})
    as_json = {"pair": [1, 2], "3": "three", "null": 0, "true": 1}
    expect(store.get(third)).to_equal((user, as_json), hint=hint)


def any_data(rand: Random) -> list[dict[str, Any]]:
    """What JSON can hold, under keys that a module might use for itself too."""
    return [
        {"none": None, "no": False, "zero": 0, "text": "", "list": [], "dict": {}, "": [{}]},
        {"large": 2**62 + rand.randrange(999), "float": 0.1 + 0.2, "long": word(rand) * 200},
        {sign: [sign] for sign in signs_around(word(rand))},
        {"signs": "".join(odd_names(rand))},
        dict.fromkeys(OWN, word(rand)),
    ]


@check(points=0.5, objective="values", guide="sessions")
def test_no_data_is_an_empty_dict(store: StandIn, rand: Random) -> None:
    """A session that was created without data has the data {}."""
    user = word(rand)
    for token in (store.create(user), store.create(user, None), store.create(user, {})):
        hint = "No data is {}, not None."
        expect(session_of(store, expect_token(token))).to_equal((user, {}), hint=hint)


@check(points=1, objective="values", guide="sessions")
def test_update_replaces_the_data(store: StandIn, rand: Random) -> None:
    """update replaces a session's data as a whole, keeps its user and returns True."""
    user = word(rand)
    token, other = log_in(store, user, {"old": 1, "both": 1}), log_in(store, user, {"n": 1})
    done = "The session is there: update returns True."
    expect(store.update(token, {"both": [2], "new": "x"})).to_equal(True, hint=done)
    hint = "The new data, {} too, takes the place of all the old, in the store and in what get gives."
    expect(session_of(store, token)).to_equal((user, {"both": [2], "new": "x"}), hint=hint)
    expect(store.update(token, {})).to_equal(True, hint=done)
    expect(session_of(store, token)).to_equal((user, {}), hint=hint)
    hint = unless_same((token, other), "Only this session's data is replaced.")
    expect(session_of(store, other)).to_equal((user, {"n": 1}), hint=hint)
    for data in any_data(rand):
        expect(session_of(store, log_in(store, user, data))).to_equal((user, data), hint=WHOLE)
        expect(store.update(other, data)).to_equal(True, hint=done)
        expect(session_of(store, other)).to_equal((user, data), hint=WHOLE)


@check(points=1, objective="values", guide="sessions")
def test_log_out_ends_the_session(lab: Lab, store: StandIn, rand: Random) -> None:
    """log_out ends one session, which never comes back; True where there was one."""
    user = word(rand)
    token, other = log_in(store, user, {"n": 1}), log_in(store, user, {"n": 2})
    expect(store.log_out(token)).to_equal(True, hint="There was a session: log_out returns True.")
    expect_over(store, token, "A session that was logged out is gone for good, for update too.")
    expect(store.log_out(token)).to_equal(False, hint="It was over already: log_out returns False.")
    hint = "One of the user's two sessions was logged out: its token is gone, and the other's is still there."
    expect(tokens_of(store, user)).to_equal({other}, hint=unless_same((token, other), hint))
    expect(session_of(store, other)).to_equal((user, {"n": 2}), hint="Only one session is logged out.")
    lab.renew()  # all objects on one server are made with the same two times
    brief = lab.new("brief", idle_ttl=100, actor=lab.enter())
    token = log_in(brief, user)
    lab.advance(101)
    if session_of(brief, token) is None:  # else it is for a_session_left_alone_ends to say
        expect(brief.log_out(token)).to_equal(False, hint="It was over already: log_out returns False.")


@check(points=1, objective="values", guide="sessions")
def test_log_out_everywhere(store: StandIn, rand: Random) -> None:
    """log_out_everywhere ends every session of the user, and of nobody else, and returns how many."""
    user, other = words(rand, 2)
    mine = [log_in(store, user, {"n": n}) for n in range(rand.randrange(2, 5))]
    theirs = log_in(store, other, {"n": 9})
    ended = store.log_out_everywhere(user)
    hint = "It returns how many sessions it ended; a session is one, however many keys it has."
    if isinstance(ended, int) and ended < len(mine):
        hint = unless_same(mine, "It ended too few: a user may have several sessions, all at once.")
    expect(ended).to_equal(len(mine), hint=hint)
    for token in mine:
        expect_over(store, token, "Every session of the user is ended.")
    expect(session_of(store, theirs)).to_equal(
        (other, {"n": 9}), hint="Another user's session was ended too."
    )
    expect(tokens_of(store, user)).to_equal(set())
    again = log_in(store, user)
    expect(session_of(store, again)).to_equal((user, DATA), hint="Logging in again is allowed.")
    expect(store.log_out_everywhere(user)).to_equal(1, hint="What was ended before doesn't count again.")


@check(points=0.5, objective="values", guide="sessions")
def test_everywhere_counts_what_it_ended(lab: Lab, rand: Random) -> None:
    """log_out_everywhere counts the sessions that it ended, not those that were over before."""
    store, user = lab.new("store", idle_ttl=100, lifetime=1000), word(rand)
    log_in(store, user)
    lab.advance(60)
    logged_out, live = log_in(store, user), log_in(store, user)
    lab.advance(60)
    store.log_out(logged_out)
    hint = "Of three sessions one ran out and one was logged out: a single one is left to be ended."
    session_of(store, live)
    lab.advance(60)  # the idle time of the live one began anew
    alive = session_of(store, live) is not None  # else it is for get_restarts_the_idle_time to say
    expect(store.log_out_everywhere(user)).to_equal(int(alive), hint=unless_same((logged_out, live), hint))
    expect(session_of(store, live)).to_equal(None, hint="Every session of the user is ended.")
    store.create.many([(user,)] * MANY)
    expect(store.log_out_everywhere(user)).to_equal(MANY, hint=ANY_NUMBER)


@check(points=1, objective="values", guide="sessions")
def test_tokens_of_a_user(lab: Lab, rand: Random) -> None:
    """tokens is the set of the tokens of the user's sessions that are not over."""
    store, (user, other) = lab.new("store", idle_ttl=100, lifetime=1000), words(rand, 2)
    first = log_in(store, user)
    lab.advance(60)
    mine, theirs = {log_in(store, user) for _ in range(3)}, log_in(store, other)
    expect(store.tokens(user)).to_equal({first, *mine}, hint="A set of all tokens of this user.")
    expect(store.tokens(other)).to_equal({theirs}, hint="Only the tokens of this user.")
    lab.advance(41)
    hint = "A session that was left alone too long is over, and asking for tokens restarts no idle time."
    expect(store.tokens(user)).to_equal(mine, hint=hint)
    for token in mine:
        session_of(store, token)
    lab.advance(80)
    alive = {token for token in mine if session_of(store, token) is not None}
    hint = "The idle time of these sessions began anew with get, so they are not over."
    expect(store.tokens(user)).to_equal(alive, hint=hint)
    if len(mine) < 3:
        return  # that two sessions have one token is for what_a_token_is_made_of to say
    store.create.many([(other,)] * MANY)
    listed = tokens_of(store, other)
    right = lambda it: isinstance(it, set | frozenset) and len(it) == MANY  # noqa: E731 - it reads as the sentence
    expect(listed, f"The tokens of {MANY} sessions").to_be(right, f"{MANY} tokens", hint=ANY_NUMBER)


@check(points=0.5, objective="values", guide="sessions")
def test_what_never_was(store: StandIn, rand: Random) -> None:
    """A token or user that never was: None, False, 0 or an empty set, and nothing is made."""
    user, stranger = words(rand, 2)
    token = log_in(store, user)
    near = (token[:-1], token + "x", token.swapcase(), f"{token}\n", f" {token}", f"{token}\0")
    unknowns = (*near, " ", *long_names(rand), *signs_around(token), *rand.sample(odd_names(rand), 3))
    for unknown in (one for one in unknowns if one != token):  # one of digits alone has no other case
        expect(store.log_out(unknown)).to_equal(False, hint="There was no such session: False, not None.")
        expect_over(store, unknown, "There was no such session, and an update makes none.")
    expect(tokens_of(store, stranger)).to_equal(set(), hint="A user without sessions has no tokens.")
    expect(store.log_out_everywhere(stranger)).to_equal(0, hint="Nothing was ended.")
    expect(session_of(store, token)).to_equal((user, DATA))


@check(points=1, objective="performance", guide="round-trips")
def test_get_takes_one_round_trip(lab: Lab, store: StandIn, rand: Random) -> None:
    """get takes one round trip, restart of the idle time included."""
    user = word(rand)
    token = log_in(store, user, {"n": 1})
    session_of(store, token)
    with lab.traffic() as traffic:
        seen = session_of(store, token)
    expect(seen).to_equal((user, {"n": 1}))
    hint = "Every page asks for the session. A script, or a pipeline, does all of it in one."
    expect(traffic.round_trips, "get").to_be_at_most(1, "round trips", hint=hint)
    lab.renew()  # all objects on one server are made with the same two times
    brief = lab.new("brief", idle_ttl=100, lifetime=150, actor=lab.enter())
    token = log_in(brief, user)
    session_of(brief, token)
    lab.advance(80)
    for what in ("A get near the end of the lifetime", "A get of a session that is over"):
        with lab.traffic() as traffic:
            session_of(brief, token)
        expect(traffic.round_trips, what).to_be_at_most(1, "round trips", hint=hint)
        lab.advance(75)


@check(points=0.5, objective="performance", guide="scan-not-keys")
def test_nothing_walks_over_all_keys(lab: Lab, store: StandIn, rand: Random) -> None:
    """Nothing calls KEYS, FLUSHALL or FLUSHDB, inside scripts neither."""
    user = word(rand)
    with lab.tap() as executions:
        token, other = log_in(store, user), log_in(store, user)
        store.update(token, {"n": 1})
        seen = session_of(store, token)
        tokens_of(store, user)
        store.log_out(other)
        store.log_out_everywhere(user)
    expect(seen).to_equal((user, {"n": 1}))
    found = sorted(executions.names & {"KEYS", "FLUSHALL", "FLUSHDB"})
    hint = "KEYS reads every key on the server and stops everybody meanwhile; keep a user's tokens together."
    expect(found, "The list of forbidden commands that the store calls").to_equal([], hint=hint)
