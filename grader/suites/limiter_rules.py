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


ROOM = "Fewer than limit hits of this user are in the last window seconds, so this one is allowed."
FULL = "As many hits as the limit are in the last window seconds, so this one is refused."


def allowed(store: StandIn, user: str, times: int, hint: str = ROOM) -> None:
    """So many hits are allowed."""
    for number in range(times):
        seen = store.hit(user)
        what = f"Hit {number + 1} of {times} that must be allowed"
        expect(seen, what).to_be(lambda it: is_answer(it) and it[0] == True, "(True, ..., 0)", hint=hint)  # noqa: E712 - 1 serves too


def refused(store: StandIn, user: str, hint: str = FULL) -> Any:
    """The next hit is refused; its retry_after."""
    seen = store.hit(user)
    described = "(False, 0, the seconds to wait)"
    right = lambda it: is_answer(it) and tuple(it[:2]) == (False, 0)  # noqa: E731 - it reads as the sentence
    expect(seen, "A hit that must be refused").to_be(right, described, hint=hint)
    return seen[2]


def fill(store: StandIn, user: str, limit: int, hint: str = "") -> Any:
    """Hits until one is refused, the first of which is allowed; the retry_after of the last.

    That the limit is exact is for checks of its own to say: a limiter that lets one too many through, or one
    too few, loses their points and not those of all the others, which leave room for one.
    """
    allowed(store, user, 1, hint or ROOM)
    for _ in range(2 * limit):
        seen = store.hit(user)
        if is_answer(seen) and seen[0] == False:  # noqa: E712 - 0 serves too
            return seen[2]
    return refused(store, user, hint or FULL)


def is_answer(seen: Any) -> bool:
    """Whether it looks like what hit returns; that a list is no tuple is for one check to say."""
    return isinstance(seen, tuple | list) and len(seen) == 3
