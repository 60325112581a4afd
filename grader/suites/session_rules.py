"""What the checks of the session store share."""

from typing import Any

from grader.suites.expect import expect
from grader.suites.lab import StandIn

DATA = {"n": 0}


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
