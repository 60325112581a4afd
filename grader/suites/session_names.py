"""Checks of the session store: tokens, names and bad arguments."""

import json
import re
from functools import partial
from random import Random
from uuid import UUID

from grader.interleave.calls import Raised, Unserializable
from grader.interleave.moves import in_turn
from grader.suites.check import check
from grader.suites.expect import CheckFailedError, expect, expect_raised, sentence
from grader.suites.lab import Calls, Lab, StandIn
from grader.suites.names import (
    ALIKE,
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
from grader.suites.session_rules import DATA, NOT_TWO, expect_token, log_in, session_of, tokens_of

calls = Calls("store")
TOKEN = re.compile(r"[A-Za-z0-9_-]{32,}")


@check(points=0.5, objective="keys", guide="sessions")
def test_what_a_token_is_made_of(lab: Lab, store: StandIn, rand: Random) -> None:
    """A token is 32 characters or more of A-Z a-z 0-9 _ -, another one for each session."""
    tokens = [log_in(store, user) for user in words(rand, 4) * 3]
    for token in tokens:
        described = "32 characters or more of A-Z a-z 0-9 _ -"
        expect(token, "The token").to_be(
            lambda seen: bool(TOKEN.fullmatch(seen)), described, hint="secrets.token_urlsafe makes such text."
        )
    expect(len(set(tokens)), "The number of tokens of 12 sessions").to_equal(12, hint=NOT_TWO)
    threads_create(lab, store, word(rand))


def threads_create(lab: Lab, store: StandIn, user: str) -> None:
    """Threads of one process that share an object each make a session of their own."""
    data = [{"thread": number} for number in range(5)]
    answers = lab.together(store.actor, [calls.create(user, one) for one in data], in_turn())
    hint = "One object serves several threads: keep nothing of a call in it, no pipeline either."
    for answer, one in zip(answers, data, strict=True):
        if isinstance(answer, Raised):
            wanted, seen = sentence("every create returns a token"), sentence(f"it raised {answer}")
            raise CheckFailedError("A create in one of the threads raised an error.", wanted, seen, hint)
        seen = session_of(store, expect_token(answer.value))
        expect(seen, "The session that a thread made beside four others").to_equal((user, one), hint=hint)


@check(points=1, objective="keys", guide="sessions")
def test_tokens_cannot_be_guessed(lab: Lab, rand: Random) -> None:
    """A token comes from a source that nobody can guess: not from user, count or time."""
    user, seen = word(rand), []
    first = lab.enter()
    for actor in (first, lab.enter(first), lab.enter(first)):
        lab.empty()
        store = lab.new("store", actor=actor)
        seen += [log_in(store, user) for _ in range(2)]
        expect(session_of(store, seen[-1])).to_equal((user, DATA))
    hint = "Use the module secrets: user, count and time can be worked out, and what the module random gives."
    what = "The number of tokens of 6 sessions, of one user, at one time, in three processes"
    expect(len(set(seen)), what).to_equal(6, hint=hint)
    hint = "uuid1 puts together the time and the machine's address: secrets.token_urlsafe does not."
    timed = sum(map(is_of_the_time, seen))
    expect(timed == len(seen), "Whether the tokens are UUIDs made from the time").to_equal(False, hint=hint)


def is_of_the_time(token: str) -> bool:
    """Whether it is such a UUID as uuid1 makes; one in 32 that is made by chance looks so as well."""
    try:
        return UUID(token).version in {1, 6}
    except ValueError:
        return False


@check(points=0.5, objective="keys", guide="names-and-keys")
def test_any_text_names_a_user(store: StandIn, rand: Random) -> None:
    """A user is any text, used as it is, and no user's sessions are another's."""
    base = word(rand, 4)
    users = [*near_names(base), f"{base}:{base}", *odd_names(rand), *SAME_SHORT_HASH]
    users += [*long_names(rand), *signs_around(base)]
    tokens = {user: log_in(store, user, {"of": user}) for user in users}
    hint = "A name is used as it is: no trimming, no change of case, no normalising, no splitting."
    for user, token in tokens.items():
        expect(session_of(store, token)).to_equal((user, {"of": user}), hint=hint)
        what = f"The set of the tokens of {short(user)}"
        expect(tokens_of(store, user), what).to_equal({token}, hint=hint)
    store.log_out_everywhere("*")
    hint = "A * in a name is no pattern."
    expect(session_of(store, tokens["*"])).to_equal(None, hint=hint)
    expect(session_of(store, tokens[base])).to_equal((base, {"of": base}), hint=hint)
    for user in (base.upper(), f" {base}", f"{base}\n", f"{base}e\u0301"):
        store.log_out_everywhere(user)
    hint = "log_out_everywhere ends the sessions of this very user: the name is used as it is."
    for user in (base, f"{base}\u00e9"):
        expect(session_of(store, tokens[user])).to_equal((user, {"of": user}), hint=hint)


@check(points=0.5, objective="keys", guide="names-and-keys")
def test_users_and_tokens_are_apart(lab: Lab, store: StandIn, rand: Random) -> None:
    """A user's name is no token and a token no user, though both are text."""
    user = word(rand)
    token = log_in(store, user, {"n": 1})
    hint = "Sessions and whatever is kept for users need keys that can never be the same."
    for name in (user, f"user:{user}", f"session:{token}"):
        expect(session_of(store, name)).to_equal(None, hint=hint)
        store.log_out(name)
    expect(tokens_of(store, token)).to_equal(set(), hint=hint)
    expect(store.log_out_everywhere(token)).to_equal(0, hint=hint)
    second = log_in(store, token, {"n": 2})
    expect(session_of(store, token)).to_equal((user, {"n": 1}), hint=hint)
    expect(session_of(store, second)).to_equal((token, {"n": 2}), hint=hint)
    expect(tokens_of(store, user)).to_equal({token}, hint=hint)
    store.log_out_everywhere(token)
    keys = [state.key for state in lab.keys()]
    for name in named_like_keys(keys, token):  # a token of which another key could be the key
        expect(session_of(store, name)).to_equal(None, hint=hint)
        expect(store.update(name, {"n": 3})).to_equal(False, hint=hint)
        expect(store.log_out(name)).to_equal(False, hint=hint)
    for name in named_like_keys(keys, user):  # a user, likewise
        expect(tokens_of(store, name)).to_equal(set(), hint=hint)
        expect(store.log_out_everywhere(name)).to_equal(0, hint=hint)
    expect(session_of(store, token)).to_equal((user, {"n": 1}), hint=hint)
    expect(tokens_of(store, user)).to_equal({token}, hint=hint)


@check(points=1, objective="keys", guide="why-valkey")
def test_state_is_on_the_server(lab: Lab, store: StandIn, rand: Random) -> None:
    """Two objects, in two processes, see the same sessions."""
    user, there = word(rand), lab.new("there", actor=lab.enter())
    token = log_in(store, user, {"n": 1})
    hint = SHARED_STATE
    expect(session_of(there, token)).to_equal((user, {"n": 1}), hint=hint)
    expect(tokens_of(there, user)).to_equal({token}, hint=hint)
    expect(there.update(token, {"n": 2})).to_equal(True, hint=hint)
    expect(session_of(store, token)).to_equal((user, {"n": 2}), hint=hint)
    second = log_in(there, user)
    alike = partial(unless_alike, lab, store, there, user)
    expect(tokens_of(store, user)).to_equal({token, second}, hint=alike)
    store.log_out_everywhere(user)
    expect(session_of(there, token)).to_equal(None, hint=hint)
    expect(session_of(there, second)).to_equal(None, hint=hint)


def unless_alike(lab: Lab, here: StandIn, there: StandIn, user: str) -> str:
    """The hint where two objects see something wrong: if both see the same, they do share their state."""
    with lab.unseen():
        answers = here.tokens.answer(user), there.tokens.answer(user)
    return ALIKE if answers[0] == answers[1] else SHARED_STATE


@check(points=0.5, objective="arguments", guide="bad-arguments")
def test_empty_names_are_refused(lab: Lab, store: StandIn, rand: Random) -> None:
    """An empty user or token raises ValueError in every method, and nothing is changed."""
    user = word(rand)
    token = log_in(store, user, {"n": 1})
    before = len(lab.keys())
    hint = "Every method that takes a user or a token refuses an empty one."
    for call in (
        lambda: store.create.answer(""),
        lambda: store.create.answer("", {"n": 2}),
        lambda: store.get.answer(""),
        lambda: store.update.answer("", {"n": 2}),
        lambda: store.log_out.answer(""),
        lambda: store.log_out_everywhere.answer(""),
        lambda: store.tokens.answer(""),
    ):
        expect_raised(call(), ValueError, hint=hint)
    hint = "A call that raises changes nothing."
    expect(len(lab.keys()), "The number of keys after calls that raise").to_equal(before, hint=hint)
    expect(session_of(store, token)).to_equal((user, {"n": 1}), hint=hint)


@check(points=0.5, objective="arguments", guide="bad-arguments")
def test_times_that_are_refused(lab: Lab, rand: Random) -> None:
    """idle_ttl and lifetime are whole numbers of seconds above 0, else ValueError."""
    for wrong in (0, -1, -rand.randrange(2, 99), 1.5):
        hint = "Check both times when the object is made."
        expect_raised(lab.try_new(wrong), ValueError, hint=hint)
        expect_raised(lab.try_new(lifetime=wrong), ValueError, hint=hint)
    store = lab.new("store", idle_ttl=1, lifetime=1)
    expect(session_of(store, log_in(store, "ann"))).to_equal(("ann", DATA))


@check(points=1, objective="arguments", guide="serialisation")
def test_data_that_json_refuses(lab: Lab, store: StandIn, rand: Random) -> None:
    """Data that json.dumps refuses raises TypeError: no session is made, and old data stays."""
    user, other = words(rand, 2)
    token = log_in(store, user, {"n": 1})
    hint = "Encode the data before anything is written, and let json.dumps raise its TypeError."
    for wrong in ({"a": {1, 2}}, {"a": b"x"}, {"a": [Unserializable()]}, {("a", 1): 2}):
        expect_raised(store.create.answer(other, wrong), TypeError, hint=hint)
        expect_raised(store.update.answer(token, wrong), TypeError, hint=hint)
    expect(tokens_of(store, other)).to_equal(set(), hint="There is no session after an error.")
    left = json.dumps([state.key for state in lab.keys()], ensure_ascii=False)
    expect(other in left, "Whether a key is named after the user without a session").to_equal(
        False, hint=hint
    )
    expect(session_of(store, token)).to_equal((user, {"n": 1}), hint="After an error the old data is there.")
    lab.renew()  # all objects on one server are made with the same two times
    brief = lab.new("brief", idle_ttl=100, actor=lab.enter())
    token, left_alone = log_in(brief, user), log_in(brief, user)
    lab.advance(80)
    expect_raised(brief.update.answer(token, {"a": {1, 2}}), TypeError, hint=hint)
    lab.advance(21)
    hint = "An update that raises changes nothing: it does not restart the idle time either."
    expect(session_of(brief, token)).to_equal(session_of(brief, left_alone), hint=hint)
