"""What the checks of the session store share."""

from collections.abc import Iterable
from typing import Any

from grader.suites.expect import expect
from grader.suites.lab import StandIn

DATA = {"n": 0}
NOT_TWO = "Two sessions have the same token: each create makes a new one, as secrets.token_urlsafe does."


def log_in(store: StandIn, user: str, data: dict[str, Any] = DATA) -> str:
    """A new session's token."""
    return expect_token(store.create(user, data))


def session_of(store: StandIn, token: str) -> Any:
    """The session; that a list is no tuple is for create_then_get to say."""
    seen = store.get(token)
    return tuple(seen) if isinstance(seen, list) else seen


def tokens_of(store: StandIn, user: str) -> Any:
    """The user's tokens; that a list is no set is for tokens_of_a_user to say."""
    seen = store.tokens(user)
    texts = isinstance(seen, list | tuple) and all(isinstance(token, str) for token in seen)
    return set(seen) if texts else seen


def expect_token(token: Any) -> str:
    """What create returned, if it is text at all."""
    what = "What create returned"
    expect(token, what).to_be(lambda seen: isinstance(seen, str) and bool(seen), "a token, as text")
    return str(token)


def unless_same(tokens: Iterable[str], hint: str) -> str:
    """The hint, unless two of the sessions that it is about have one token."""
    known = list(tokens)
    return hint if len(set(known)) == len(known) else NOT_TWO


def expect_over(store: StandIn, token: str, hint: str = "") -> None:
    """The session is over, whatever is asked of it."""
    expect(session_of(store, token), "What get gives of a session that is over").to_equal(None, hint=hint)
    expect(store.update(token, {"back": True}), "What update gives of a session that is over").to_equal(
        False, hint
    )
    expect(session_of(store, token), "What get gives after an update of what is over").to_equal(
        None, hint=hint
    )
