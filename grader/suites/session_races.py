"""Checks of the session store: two callers at once, and crashes."""

from random import Random
from typing import Any

from grader.interleave.calls import Answer, Answered, Call, Returned
from grader.interleave.explorer import Ending
from grader.suites.check import check
from grader.suites.clues import pick
from grader.suites.expect import expect
from grader.suites.lab import Calls, Lab, Scenario, StandIn
from grader.suites.names import word, words
from grader.suites.session_rules import DATA, log_in, session_of, tokens_of

calls = Calls("store")


def listed_in(answer: Answer) -> list[Any] | None:
    """The tokens that an answer lists; that a list is no set is for tokens_of_a_user to say."""
    value = answer.value if isinstance(answer, Returned) else None
    return list(value) if isinstance(value, set | frozenset | list | tuple) else None


@check(points=1, objective="atomicity", guide="sessions", needs=("create_then_get",))
def test_an_update_beside_the_end(lab: Lab, rand: Random) -> None:
    """Beside a call that ends the session, a get or update doesn't bring it back."""
    user = word(rand)
    login = calls.create(user, {"n": 1})
    token = Answered(login)
    hint = pick("Looking whether the session is there and writing into it must be one atomic step.", "update")
    for use in (calls.update(token, {"n": 2}), calls.get(token)):
        for end in (calls.log_out(token), calls.log_out_everywhere(user)):
            look = (calls.get(token),)
            scenario = Scenario({"store": ()}, together=(use, end), setup=(login,), look=look)

            def judge(ending: Ending, end: Call = end) -> str:
                if not isinstance(ending.answers[1], Returned):
                    return f"{end.method} raised {ending.answers[1]}, though it may not."
                if ending.look != (Returned(None),):
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
        over, listed = second == Returned(None), listed_in(tokens)
        if ended == Returned(1) and not over and isinstance(token, Returned) and listed == [token.value]:
            return ""
        if ended == Returned(2) and over and listed == []:
            return ""
        return "The session created beside log_out_everywhere was neither ended and counted nor left alive."

    hint = "Finding the user's sessions and ending them must be one atomic step, index and all."
    lab.race(scenario, judge, pick(hint, "log_out_everywhere"))


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

    hint = "Count what this very call has ended, in the step that ends it."
    lab.race(scenario, judge, pick(hint, "log_out_everywhere"))


@check(points=0.5, objective="crashes", guide="crashes-and-expiry")
def test_every_key_expires(lab: Lab, store: StandIn, rand: Random) -> None:
    """Every key that the module writes has an expiry, helper keys too."""
    user = word(rand)
    hint = "Each write sets the expiry with the data, in one atomic step; the index of a user too."
    tokens = [log_in(store, user) for _ in range(3)]
    lab.expect_every_key_expires(hint=hint)
    for step in (
        lambda: store.update(tokens[0], {"n": 1}),
        lambda: session_of(store, tokens[0]),
        lambda: tokens_of(store, user),
        lambda: store.log_out(tokens[1]),
        lambda: store.update(tokens[1], {"n": 2}),
        lambda: store.log_out_everywhere(user),
    ):
        step()
        lab.expect_every_key_expires(hint=hint)
    expect(session_of(store, log_in(store, user))).to_equal((user, DATA))


@check(points=1, objective="crashes", guide="crashes-and-expiry", needs=("every_key_expires",))
def test_a_crash_leaves_no_key_without_expiry(lab: Lab, rand: Random) -> None:
    """No crash, after any command of a call, leaves a key that never expires."""
    user, other = words(rand, 2)
    state: dict[str, str] = {}

    def judge() -> str:
        if eternal := lab.eternal_keys():
            return f"The crash left the key {eternal[0]!r} without an expiry."
        seen = session_of(lab.new("witness", actor=witness), state["other"])
        return "" if seen == (other, DATA) else "The crash ended another session."

    def prepare(method: str) -> tuple[StandIn, Call]:
        lab.empty()
        store = lab.new("store", actor=lab.enter())
        state["other"] = log_in(store, other)
        if method == "create":
            return store, calls.create(user, {"n": 1})
        token = log_in(store, user)
        if method == "tokens":
            store.log_out(log_in(store, user))
            return store, calls.tokens(user)
        of_a_token = {"get": calls.get(token), "log_out": calls.log_out(token)}
        return store, of_a_token.get(method) or calls.update(token, {"n": 2})

    witness = lab.enter()
    hint = "The data and its expiry go in one atomic step: MULTI/EXEC, a script, one command."
    for method in ("create", "update", "get", "log_out", "tokens"):
        lab.crash_in(lambda method=method: prepare(method), judge, hint)


@check(points=1, objective="crashes", guide="sessions")
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
        if eternal := lab.eternal_keys():
            return f"The crash left the key {eternal[0]!r} without an expiry."
        store = lab.new("witness", actor=witness)
        live = [token for token in tokens if session_of(store, token) is not None]
        if live not in ([], tokens):
            return f"The crash left {len(live)} of the user's 3 sessions."
        listed = tokens_of(store, user)
        return "" if listed == set(live) else "After the crash the user's tokens are not those that live."

    hint = "Ending all sessions is one atomic step: MULTI/EXEC or a script."
    lab.crash_in(prepare, judge, hint)
    store, _ = prepare()
    store.log_out_everywhere(user)
    for token in tokens:
        expect(session_of(lab.new("witness", actor=witness), token)).to_equal(None, hint=hint)
