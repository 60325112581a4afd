"""The hidden suite of the session store: every sentence of its contract that can be shown."""

import json
import re
from random import Random
from typing import Any

import pytest

from grader.interleave.calls import Answered, Call, Returned, Unserializable
from grader.interleave.explorer import Ending
from grader.suites.check import check
from grader.suites.expect import expect, expect_raised
from grader.suites.lab import Calls, Lab, Scenario, StandIn
from grader.suites.names import odd_names, word, words

IDLE, LIFETIME = 1800, 86400
TOKEN = re.compile(r"[A-Za-z0-9_-]{32,}")
DATA = {"n": 0}
calls = Calls("store")


@pytest.fixture
def store(lab: Lab) -> StandIn:
    return lab.new("store")


def log_in(store: StandIn, user: str, data: dict[str, Any] = DATA) -> str:
    """A new session's token."""
    return expect_token(store.create(user, data))


def expect_token(token: Any) -> str:
    """What create returned, if it is text at all."""
    what = "What create returned"
    expect(token, what).to_be(lambda seen: isinstance(seen, str) and bool(seen), "a token, as text")
    return str(token)


def expect_over(store: StandIn, token: str, hint: str = "") -> None:
    """The session is over, whatever is asked of it."""
    expect(store.get(token), "A session that is over").to_equal(None, hint=hint)
    expect(store.update(token, {"back": True}), "An update of a session that is over").to_equal(False, hint)
    expect(store.get(token), "A session that is over, after an update").to_equal(None, hint=hint)


# Storing and reading


@check(points=1, objective="values", guide="sessions")
def test_create_then_get(store: StandIn, rand: Random) -> None:
    """create starts a session; get gives its user and its data, as a tuple."""
    user, other = words(rand, 2)
    data = {"role": word(rand), "seen": [rand.randrange(999), None, 1.5], "at": {"é\n": True}}
    token, second = log_in(store, user, data), log_in(store, other, {"n": 1})
    hint = "get returns (user, data), and the data is a dict again: JSON keeps its types."
    expect(store.get(token)).to_equal((user, data), hint=hint)
    expect(store.get(second)).to_equal((other, {"n": 1}), hint="Each session has a user and data of its own.")
    third = log_in(store, user, {"pair": (1, 2), 3: "three"})
    expect(store.get(third)).to_equal((user, {"pair": [1, 2], "3": "three"}), hint=hint)


@check(points=0.5, objective="values", guide="sessions")
def test_no_data_is_an_empty_dict(store: StandIn, rand: Random) -> None:
    """A session that was created without data has the data {}."""
    user = word(rand)
    for token in (store.create(user), store.create(user, None), store.create(user, {})):
        hint = "No data is {}, not None."
        expect(store.get(expect_token(token))).to_equal((user, {}), hint=hint)


@check(points=1, objective="values", guide="sessions")
def test_update_replaces_the_data(store: StandIn, rand: Random) -> None:
    """update replaces a session's data as a whole, keeps its user and returns True."""
    user = word(rand)
    token, other = log_in(store, user, {"old": 1, "both": 1}), log_in(store, user, {"n": 1})
    expect(store.update(token, {"both": [2], "new": "x"})).to_equal(True, hint="The session is there.")
    hint = "The new data takes the place of the old; nothing is mixed."
    expect(store.get(token)).to_equal((user, {"both": [2], "new": "x"}), hint=hint)
    expect(store.update(token, {})).to_equal(True)
    expect(store.get(token)).to_equal((user, {}), hint=hint)
    expect(store.get(other)).to_equal((user, {"n": 1}), hint="Only this session's data is replaced.")


@check(points=1, objective="values", guide="sessions")
def test_log_out_ends_the_session(store: StandIn, rand: Random) -> None:
    """log_out ends one session, which never comes back; True where there was one."""
    user = word(rand)
    token, other = log_in(store, user, {"n": 1}), log_in(store, user, {"n": 2})
    expect(store.log_out(token)).to_equal(True, hint="There was a session.")
    expect_over(store, token, "A session that was logged out is gone for good, for update too.")
    expect(store.log_out(token)).to_equal(False, hint="It was over already.")
    expect(store.tokens(user)).to_equal({other}, hint="Its token is no longer among the user's.")
    expect(store.get(other)).to_equal((user, {"n": 2}), hint="Only one session is logged out.")


@check(points=1, objective="values", guide="sessions")
def test_log_out_everywhere(store: StandIn, rand: Random) -> None:
    """log_out_everywhere ends every session of the user, and of nobody else, and returns how many."""
    user, other = words(rand, 2)
    mine = [log_in(store, user, {"n": n}) for n in range(rand.randrange(2, 5))]
    theirs = log_in(store, other, {"n": 9})
    expect(store.log_out_everywhere(user)).to_equal(len(mine), hint="It returns how many it ended.")
    for token in mine:
        expect_over(store, token, "Every session of the user is ended.")
    expect(store.get(theirs)).to_equal((other, {"n": 9}), hint="Another user's session was ended too.")
    expect(store.tokens(user)).to_equal(set())
    again = log_in(store, user)
    expect(store.get(again)).to_equal((user, DATA), hint="Logging in again is allowed.")
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
    hint = "A session that ran out, or was logged out, is no longer there to be ended."
    expect(store.log_out_everywhere(user)).to_equal(1, hint=hint)
    expect(store.get(live)).to_equal(None)


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
    hint = "Sessions that were left alone too long are over, so their tokens are left out."
    expect(store.tokens(user)).to_equal(mine, hint=hint)


@check(points=0.5, objective="values", guide="sessions")
def test_what_never_was(store: StandIn, rand: Random) -> None:
    """A token or user that never was: None, False, 0 or an empty set, and nothing is made."""
    user, stranger = words(rand, 2)
    token = log_in(store, user)
    for unknown in (token[:-1], token + "x", token.swapcase(), *rand.sample(odd_names(rand), 3)):
        expect(store.log_out(unknown)).to_equal(False, hint="There was no such session.")
        expect_over(store, unknown, "There was no such session, and an update makes none.")
    expect(store.tokens(stranger)).to_equal(set(), hint="A user without sessions has no tokens.")
    expect(store.log_out_everywhere(stranger)).to_equal(0, hint="Nothing was ended.")
    expect(store.get(token)).to_equal((user, DATA))


# Tokens and names


@check(points=0.5, objective="keys", guide="sessions")
def test_what_a_token_is_made_of(store: StandIn, rand: Random) -> None:
    """A token is 32 characters or more of A-Z a-z 0-9 _ -, another one for each session."""
    tokens = [log_in(store, user) for user in words(rand, 4) * 3]
    for token in tokens:
        described = "32 characters or more of A-Z a-z 0-9 _ -"
        expect(token, "The token").to_be(
            lambda seen: bool(TOKEN.fullmatch(seen)), described, hint="secrets.token_urlsafe makes such text."
        )
    expect(len(set(tokens)), "The number of tokens of 12 sessions").to_equal(12)


@check(points=1, objective="keys", guide="sessions")
def test_tokens_cannot_be_guessed(lab: Lab, rand: Random) -> None:
    """A token comes from a source that nobody can guess: not from user, count or time."""
    user, seen = word(rand), []
    for _ in range(3):
        lab.empty()
        store = lab.new("store", actor=lab.enter())
        seen += [log_in(store, user) for _ in range(2)]
        expect(store.get(seen[-1])).to_equal((user, DATA))
    hint = "Use the module secrets. What follows from the user, a count or the time can be worked out."
    what = "The number of tokens of 6 sessions, of one user, at one time, in three processes"
    expect(len(set(seen)), what).to_equal(6, hint=hint)


@check(points=0.5, objective="keys", guide="names-and-keys")
def test_any_text_names_a_user(store: StandIn, rand: Random) -> None:
    """A user is any text, used as it is, and no user's sessions are another's."""
    base = word(rand, 4)
    users = [base, base.upper(), f"{base} ", f" {base}", f"{base}:{base}", f"{base}:", "*", f"{base}*"]
    users += odd_names(rand)
    tokens = {user: log_in(store, user, {"of": user}) for user in users}
    hint = "A name is used as it is: no trimming, no change of case, no normalising, no splitting."
    for user, token in tokens.items():
        expect(store.get(token)).to_equal((user, {"of": user}), hint=hint)
        expect(store.tokens(user), f"The tokens of {user!r}").to_equal({token}, hint=hint)
    expect(store.log_out_everywhere("*")).to_equal(1, hint="A * in a name is no pattern.")
    expect(store.get(tokens[base])).to_equal((base, {"of": base}))


@check(points=0.5, objective="keys", guide="names-and-keys")
def test_users_and_tokens_are_apart(store: StandIn, rand: Random) -> None:
    """A user's name is no token and a token no user, though both are text."""
    user = word(rand)
    token = log_in(store, user, {"n": 1})
    hint = "Sessions and whatever is kept for users need keys that can never be the same."
    for name in (user, f"user:{user}", f"session:{token}"):
        expect(store.get(name)).to_equal(None, hint=hint)
        store.log_out(name)
    expect(store.tokens(token)).to_equal(set(), hint=hint)
    expect(store.log_out_everywhere(token)).to_equal(0, hint=hint)
    second = log_in(store, token, {"n": 2})
    expect(store.get(token)).to_equal((user, {"n": 1}), hint=hint)
    expect(store.get(second)).to_equal((token, {"n": 2}), hint=hint)
    expect(store.tokens(user)).to_equal({token}, hint=hint)


@check(points=1, objective="keys", guide="why-valkey")
def test_state_is_on_the_server(lab: Lab, store: StandIn, rand: Random) -> None:
    """Two objects, in two processes, see the same sessions."""
    user, there = word(rand), lab.new("there", actor=lab.enter())
    token = log_in(store, user, {"n": 1})
    hint = "All state lives on the server; an object keeps no sessions to itself."
    expect(there.get(token)).to_equal((user, {"n": 1}), hint=hint)
    expect(there.tokens(user)).to_equal({token}, hint=hint)
    expect(there.update(token, {"n": 2})).to_equal(True, hint=hint)
    expect(store.get(token)).to_equal((user, {"n": 2}), hint=hint)
    second = log_in(there, user)
    expect(store.tokens(user)).to_equal({token, second}, hint=hint)
    expect(store.log_out_everywhere(user)).to_equal(2, hint=hint)
    expect(there.get(token)).to_equal(None, hint=hint)


# Bad arguments


@check(points=0.5, objective="arguments", guide="bad-arguments")
def test_empty_names_are_refused(lab: Lab, store: StandIn, rand: Random) -> None:
    """An empty user or token raises ValueError in every method, and nothing is changed."""
    user = word(rand)
    token = log_in(store, user, {"n": 1})
    before = len(lab.keys())
    for answer in (
        store.create.answer(""),
        store.create.answer("", {"n": 2}),
        store.get.answer(""),
        store.update.answer("", {"n": 2}),
        store.log_out.answer(""),
        store.log_out_everywhere.answer(""),
        store.tokens.answer(""),
    ):
        expect_raised(
            answer, ValueError, hint="Every method that takes a user or a token refuses an empty one."
        )
    expect(len(lab.keys()), "The number of keys after calls that raise").to_equal(before)
    expect(store.get(token)).to_equal((user, {"n": 1}))


@check(points=0.5, objective="arguments", guide="bad-arguments")
def test_times_that_are_refused(lab: Lab, rand: Random) -> None:
    """idle_ttl and lifetime are whole numbers of seconds above 0, else ValueError."""
    for wrong in (0, -1, -rand.randrange(2, 99), 1.5):
        hint = "Check both times when the object is made."
        expect_raised(lab.try_new(wrong), ValueError, hint=hint)
        expect_raised(lab.try_new(lifetime=wrong), ValueError, hint=hint)
    store = lab.new("store", idle_ttl=1, lifetime=1)
    expect(store.log_out(log_in(store, "ann"))).to_equal(True)


@check(points=1, objective="arguments", guide="serialisation")
def test_data_that_json_refuses(lab: Lab, store: StandIn, rand: Random) -> None:
    """Data that json.dumps refuses raises TypeError: no session is made, and old data stays."""
    user, other = words(rand, 2)
    token = log_in(store, user, {"n": 1})
    hint = "Encode the data before anything is written, and let json.dumps raise its TypeError."
    for wrong in ({"a": {1, 2}}, {"a": b"x"}, {"a": [Unserializable()]}):
        expect_raised(store.create.answer(other, wrong), TypeError, hint=hint)
        expect_raised(store.update.answer(token, wrong), TypeError, hint=hint)
    expect(store.tokens(other)).to_equal(set(), hint="There is no session after an error.")
    left = json.dumps([state.key for state in lab.keys()], ensure_ascii=False)
    expect(other in left, "Whether a key is named after the user without a session").to_equal(
        False, hint=hint
    )
    expect(store.get(token)).to_equal((user, {"n": 1}), hint="After an error the old data is there.")


# Time-to-live


@check(points=1, objective="ttl", guide="sessions")
def test_a_session_left_alone_ends(lab: Lab, rand: Random) -> None:
    """A session that is left alone for idle_ttl seconds is over, and never comes back."""
    idle, user = rand.randrange(50, 900), word(rand)
    store = lab.new("store", idle_ttl=idle, lifetime=10 * idle)
    tokens = [log_in(store, user, {"n": n}) for n in range(2)]
    lab.advance(idle - 1)
    expect(store.get(tokens[0])).to_equal((user, {"n": 0}), hint="It was over too early.")
    lab.advance(2)
    expect_over(store, tokens[1], "It was left alone for idle_ttl seconds.")
    expect(store.log_out(tokens[0])).to_equal(True, hint="This one was used in between.")


@check(points=0.5, objective="ttl", guide="sessions")
def test_update_makes_no_session(lab: Lab, rand: Random) -> None:
    """update of a session that is over returns False, and none is made."""
    idle, user = rand.randrange(50, 900), word(rand)
    store = lab.new("store", idle_ttl=idle, lifetime=10 * idle)
    token = log_in(store, user, {"n": 1})
    expect(store.update(token, {"n": 2})).to_equal(True)
    lab.advance(idle + 1)
    expect(store.update(token, {"n": 3})).to_equal(False, hint="It was over already.")
    hint = "Writing into what is over makes it anew. Look and write in one atomic step."
    expect(store.tokens(user)).to_equal(set(), hint=hint)
    expect(store.get(token)).to_equal(None, hint=hint)
    expect(store.log_out_everywhere(user)).to_equal(0, hint=hint)


@check(points=0.5, objective="ttl", guide="sessions")
def test_the_usual_times(lab: Lab, store: StandIn, rand: Random) -> None:
    """Unless told otherwise a session lives 1800 seconds when left alone, and 86400 in all."""
    user = word(rand)
    used, idle = log_in(store, user), log_in(store, word(rand, 8))
    for _ in range(48):
        lab.advance(IDLE - 1)
        expect(store.get(used)).to_equal((user, DATA), hint="The default idle_ttl is 1800 seconds.")
    expect(store.get(idle)).to_equal(None, hint="The default idle_ttl is 1800 seconds.")
    lab.advance(LIFETIME - 48 * (IDLE - 1) - 1)
    expect(store.get(used)).to_equal((user, DATA), hint="The default lifetime is 86400 seconds.")
    lab.advance(2)
    expect(store.get(used)).to_equal(None, hint="The default lifetime is 86400 seconds.")


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
    for _ in range(3):
        lab.advance(idle - 20)
        for user, token in zip(users, tokens, strict=True):
            if method == "get":
                expect(store.get(token)).to_equal((user, {"n": 1}), hint=hint)
            else:
                expect(store.update(token, {"n": 1})).to_equal(True, hint=hint)
    lab.advance(idle - 1)
    expect(store.get(tokens[0])).to_equal((users[0], {"n": 1}), hint=hint)
    lab.advance(2)
    expect(store.get(tokens[1])).to_equal(None, hint="After that it is over as ever.")


@check(points=1, objective="ttl", guide="sessions")
def test_nothing_extends_the_lifetime(lab: Lab, rand: Random) -> None:
    """lifetime seconds after it was created a session is over, whatever happened in between."""
    idle, (user, other) = rand.randrange(200, 900), words(rand, 2)
    store = lab.new("store", idle_ttl=idle, lifetime=3 * idle)
    read, written = log_in(store, user), log_in(store, other)
    for _ in range(3):
        lab.advance(idle - 10)
        expect(store.get(read)).to_equal((user, DATA))
        store.update(written, DATA)
    lab.advance(29)
    expect(store.get(read)).to_equal((user, DATA), hint="It was over too early.")
    lab.advance(2)
    hint = "The end of the lifetime is set once, when the session is created."
    for token in (read, written):
        expect_over(store, token, hint)
    expect(store.tokens(user)).to_equal(set(), hint=hint)


@check(points=0.5, objective="ttl", guide="sessions")
def test_a_lifetime_shorter_than_the_idle_time(lab: Lab, rand: Random) -> None:
    """A lifetime that is shorter than the idle time ends the session."""
    lifetime, user = rand.randrange(50, 900), word(rand)
    store = lab.new("store", idle_ttl=2 * lifetime, lifetime=lifetime)
    token, other = log_in(store, user), log_in(store, user)
    lab.advance(lifetime - 1)
    expect(store.get(token)).to_equal((user, DATA), hint="It was over too early.")
    lab.advance(2)
    hint = "Whichever of the two times ends first ends the session."
    expect(store.get(token)).to_equal(None, hint=hint)
    expect(store.get(other)).to_equal(None, hint=hint)


@check(points=0.5, objective="ttl", guide="sessions")
def test_only_get_and_update_restart(lab: Lab, rand: Random) -> None:
    """Nothing but get and update restarts the idle time: not tokens, nor another session's calls."""
    idle, user = rand.randrange(100, 900), word(rand)
    store = lab.new("store", idle_ttl=idle, lifetime=10 * idle)
    token, other = log_in(store, user), log_in(store, word(rand, 8), {"n": 1})
    lab.advance(idle - 20)
    expect(store.tokens(user)).to_equal({token})
    expect(store.update(other, {"n": 2})).to_equal(True)
    store.log_out_everywhere(word(rand, 9))
    lab.advance(21)
    hint = "Only get and update of that very session restart its idle time."
    expect(store.get(token)).to_equal(None, hint=hint)
    expect(store.log_out(other)).to_equal(True)


@check(points=1, objective="ttl", guide="crashes-and-expiry")
def test_nothing_outlives_the_lifetime(lab: Lab, rand: Random) -> None:
    """lifetime seconds after the last create the database is empty again."""
    idle, user = rand.randrange(200, 900), word(rand)
    store = lab.new("store", idle_ttl=idle, lifetime=3 * idle)
    log_in(store, word(rand, 8))
    token = log_in(store, user)
    for _ in range(3):
        lab.advance(idle - 10)
        expect(store.get(token)).to_equal((user, DATA))
    lab.advance(31)
    hint = "No key may live longer than the sessions that it serves: neither index nor restarted session."
    left = [state.key for state in lab.keys()]
    expect(left, "What is left on the server after the lifetime").to_equal([], hint=hint)


@check(points=0.5, objective="ttl", guide="sessions")
def test_an_early_session_ends_without_the_later(lab: Lab, rand: Random) -> None:
    """A session that began later goes on when an earlier one's lifetime ends, and is found by its user."""
    idle, user = rand.randrange(200, 900), word(rand)
    store = lab.new("store", idle_ttl=idle, lifetime=2 * idle)
    log_in(store, user)
    lab.advance(idle - 10)
    later = [log_in(store, user) for _ in range(2)]
    for _ in range(2):
        lab.advance(idle - 20)
        for token in later:
            expect(store.get(token)).to_equal((user, DATA))
    hint = "What is kept for a user must live as long as the user's newest session."
    expect(store.tokens(user)).to_equal(set(later), hint=hint)
    store.log_out_everywhere(user)
    expect(store.get(later[0])).to_equal(None, hint=hint)


# Cost


@check(points=1, objective="performance", guide="round-trips")
def test_get_takes_one_round_trip(lab: Lab, store: StandIn, rand: Random) -> None:
    """get takes one round trip, restart of the idle time included."""
    user = word(rand)
    token = log_in(store, user, {"n": 1})
    store.get(token)
    with lab.traffic() as traffic:
        seen = store.get(token)
    expect(seen).to_equal((user, {"n": 1}))
    hint = "Every page asks for the session. A script, or a pipeline, does all of it in one."
    expect(traffic.round_trips, "get").to_be_at_most(1, "round trips", hint=hint)


@check(points=0.5, objective="performance", guide="scan-not-keys")
def test_nothing_walks_over_all_keys(lab: Lab, store: StandIn, rand: Random) -> None:
    """Nothing calls KEYS, FLUSHALL or FLUSHDB, inside scripts neither."""
    user = word(rand)
    with lab.tap() as executions:
        token, other = log_in(store, user), log_in(store, user)
        store.update(token, {"n": 1})
        seen = store.get(token)
        store.tokens(user)
        store.log_out(other)
        store.log_out_everywhere(user)
    expect(seen).to_equal((user, {"n": 1}))
    found = sorted(executions.names & {"KEYS", "FLUSHALL", "FLUSHDB"})
    hint = "KEYS reads every key on the server and stops everybody meanwhile; keep a user's tokens together."
    expect(found, "What the store calls").to_equal([], hint=hint)


# Two callers at once


@check(points=1, objective="atomicity", guide="sessions", needs=("create_then_get",))
def test_an_update_beside_the_end(lab: Lab, rand: Random) -> None:
    """Beside a call that ends the session, a get or update doesn't bring it back."""
    user = word(rand)
    login = calls.create(user, {"n": 1})
    token = Answered(login)
    hint = "Looking whether the session is there and writing into it must be one atomic step."
    for use in (calls.update(token, {"n": 2}), calls.get(token)):
        for end, answer in ((calls.log_out(token), True), (calls.log_out_everywhere(user), 1)):
            look = (calls.get(token), calls.tokens(user))
            scenario = Scenario({"store": ()}, together=(use, end), setup=(login,), look=look)

            def judge(ending: Ending, end: Call = end, answer: object = answer) -> str:
                if ending.answers[1] != Returned(answer):
                    return f"{end.method} did not end the session that was there."
                if ending.look != (Returned(None), Returned(set())):
                    return f"The session was there again after {end.method}."
                return ""

            lab.race(scenario, judge, hint)


@check(points=1, objective="atomicity", guide="sessions", needs=("log_out_everywhere",))
def test_create_beside_log_out_everywhere(lab: Lab, rand: Random) -> None:
    """A create beside log_out_everywhere is ended and counted, or lives."""
    user = word(rand)
    old, new = calls.create(user, {"n": 1}), calls.create(user, {"n": 2})
    scenario = Scenario(
        {"store": ()},
        together=(new, calls.log_out_everywhere(user)),
        setup=(old,),
        look=(calls.get(Answered(old)), calls.get(Answered(new)), calls.tokens(user)),
    )

    def judge(ending: Ending) -> str:
        token, ended = ending.answers
        first, second, tokens = ending.look
        if first != Returned(None):
            return "A session outlived log_out_everywhere."
        lives = isinstance(token, Returned) and tokens == Returned({token.value})
        if second == Returned((user, {"n": 2})) and ended == Returned(1) and lives:
            return ""
        if second == Returned(None) and ended == Returned(2) and tokens == Returned(set()):
            return ""
        return "The session created beside log_out_everywhere was neither ended and counted nor left alive."

    lab.race(
        scenario, judge, "Finding the user's sessions and ending them must be one atomic step, index and all."
    )


@check(points=0.5, objective="atomicity", guide="sessions", needs=("log_out_everywhere",))
def test_two_log_outs_everywhere(lab: Lab, rand: Random) -> None:
    """Of two calls of log_out_everywhere at once each session is counted by one."""
    user = word(rand)
    logins = tuple(calls.create(user, {"n": n}) for n in range(2))
    scenario = Scenario(
        {"store": ()},
        together=(calls.log_out_everywhere(user), calls.log_out_everywhere(user)),
        setup=logins,
        look=tuple(calls.get(Answered(login)) for login in logins),
    )

    def judge(ending: Ending) -> str:
        counts = [answer.value for answer in ending.answers if isinstance(answer, Returned)]
        if counts not in ([0, 2], [2, 0], [1, 1]):
            return "There were two sessions, and the two calls did not count two in all."
        ended = all(answer == Returned(None) for answer in ending.look)
        return "" if ended else "A session outlived log_out_everywhere."

    lab.race(scenario, judge, "Count what this very call has ended, in the step that ends it.")


# Crashes


@check(points=0.5, objective="crashes", guide="crashes-and-expiry")
def test_every_key_expires(lab: Lab, store: StandIn, rand: Random) -> None:
    """Every key that the module writes has an expiry, helper keys too."""
    user = word(rand)
    hint = "Each write sets the expiry with the data, in one atomic step; the index of a user too."
    tokens = [log_in(store, user) for _ in range(3)]
    lab.expect_every_key_expires(hint=hint)
    for step in (
        lambda: store.update(tokens[0], {"n": 1}),
        lambda: store.get(tokens[0]),
        lambda: store.tokens(user),
        lambda: store.log_out(tokens[1]),
        lambda: store.update(tokens[1], {"n": 2}),
        lambda: store.log_out_everywhere(user),
    ):
        step()
        lab.expect_every_key_expires(hint=hint)
    expect(store.get(log_in(store, user))).to_equal((user, DATA))


@check(points=1, objective="crashes", guide="crashes-and-expiry", needs=("every_key_expires",))
def test_a_crash_leaves_no_key_without_expiry(lab: Lab, rand: Random) -> None:
    """No crash, after any command of a call, leaves a key that never expires."""
    user, other = words(rand, 2)
    state: dict[str, str] = {}

    def judge() -> str:
        if eternal := [key.key for key in lab.keys() if key.ttl is None]:
            return f"The crash left the key {eternal[0]!r} without an expiry."
        seen = lab.new("witness", actor=witness).get(state["other"])
        return "" if seen == (other, DATA) else "The crash ended another session."

    def prepare(method: str) -> tuple[StandIn, Call]:
        lab.empty()
        store = lab.new("store", actor=lab.enter())
        state["other"] = log_in(store, other)
        if method == "create":
            return store, calls.create(user, {"n": 1})
        token = log_in(store, user)
        return store, calls.update(token, {"n": 2}) if method == "update" else calls.get(token)

    witness = lab.enter()
    hint = "The data and its expiry go in one atomic step: MULTI/EXEC, a script, one command."
    for method in ("create", "update", "get"):
        lab.crash_in(lambda method=method: prepare(method), judge, hint)


@check(points=1, objective="crashes", guide="sessions", needs=("log_out_everywhere",))
def test_a_crash_in_log_out_everywhere(lab: Lab, rand: Random) -> None:
    """log_out_everywhere is one atomic step: wherever the process dies, all sessions are ended or none."""
    user = word(rand)
    tokens: list[str] = []
    witness = lab.enter()

    def prepare() -> tuple[StandIn, Call]:
        lab.empty()
        store = lab.new("store", actor=lab.enter())
        tokens[:] = [log_in(store, user, {"n": n}) for n in range(3)]
        return store, calls.log_out_everywhere(user)

    def judge() -> str:
        if eternal := [key.key for key in lab.keys() if key.ttl is None]:
            return f"The crash left the key {eternal[0]!r} without an expiry."
        store = lab.new("witness", actor=witness)
        live = [token for token in tokens if store.get(token) is not None]
        if live not in ([], tokens):
            return f"The crash left {len(live)} of the user's 3 sessions."
        listed = store.tokens(user)
        return "" if listed == set(live) else "After the crash the user's tokens are not those that live."

    lab.crash_in(prepare, judge, "Ending all sessions is one atomic step: MULTI/EXEC or a script.")
