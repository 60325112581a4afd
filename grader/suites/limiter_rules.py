"""What the checks of the rate limiter share."""

from random import Random
from typing import Any

from grader.suites.expect import expect
from grader.suites.lab import StandIn

EDGE = 0.5  # seconds that a check keeps away from every edge; the contract would allow a tenth
CLOSE = 0.3  # how far off a retry_after may be; the contract says a tenth


def window_of(rand: Random) -> int:
    """A window in seconds that tenths of it are whole in."""
    return 10 * rand.randrange(3, 60)


def allowed(store: StandIn, user: str, times: int, hint: str = "") -> None:
    """So many hits are allowed."""
    for number in range(times):
        seen = store.hit(user)
        what = f"Hit {number + 1} of {times} that must be allowed"
        expect(seen, what).to_be(lambda it: is_answer(it) and it[0] == True, "(True, ..., 0)", hint=hint)  # noqa: E712 - 1 serves too


def refused(store: StandIn, user: str, hint: str = "") -> Any:
    """The next hit is refused; its retry_after."""
    seen = store.hit(user)
    described = "(False, 0, the seconds to wait)"
    right = lambda it: is_answer(it) and it[:2] == (False, 0)  # noqa: E731 - it reads as the sentence
    expect(seen, "A hit that must be refused").to_be(right, described, hint=hint)
    return seen[2]


def is_answer(seen: Any) -> bool:
    """Whether it looks like what hit returns."""
    return isinstance(seen, tuple) and len(seen) == 3
