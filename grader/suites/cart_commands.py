"""The check of commands that no cart may call."""

from collections.abc import Callable, Iterator
from random import Random
from typing import Any

from grader.interleave.calls import StudentFault
from grader.suites.cart_rules import IN_THE_CART, NOT_HELD, contents, holding
from grader.suites.check import check
from grader.suites.expect import expect
from grader.suites.lab import Lab, StandIn
from grader.suites.names import word

FORBIDDEN = {"KEYS", "FLUSHALL", "FLUSHDB", "CONFIG", "ACL", "SWAPDB", "DEBUG"}
FLUSHES = "This empties the whole server, other users' carts too; a cart deletes its own key."
SETTINGS = "The server's settings are everybody's: a cart changes none, not even where that is refused."
WHY = {
    "KEYS": "KEYS reads every key on the server and stops everybody meanwhile; a cart knows its own key.",
    "FLUSHALL": FLUSHES,
    "FLUSHDB": FLUSHES,
}


@check(points=0.5, objective="performance", guide="scan-not-keys")
def test_nothing_walks_over_all_keys(lab: Lab, rand: Random) -> None:
    """Nothing calls KEYS, FLUSHALL or FLUSHDB or changes the server's settings, inside scripts neither."""
    tea = word(rand)
    with lab.traffic() as traffic, lab.tap() as tap:
        seen = [call() for call in every_method(lab, tea)]
    held = seen[CONTENTS]
    expect(held, IN_THE_CART).to_be(holding(tea), "the item that was added", NOT_HELD)
    used = forbidden(tap.names | set(traffic.recording.names))
    if used:
        lab.empty()
        blame(lab, tea)
    expect(used, "The list of forbidden commands that the cart calls").to_equal([], hint=why(used))


CONTENTS = 5  # the place of the call that gives what is in the cart


def every_method(lab: Lab, tea: str) -> Iterator[Callable[[], Any]]:
    """One call after the other; each has been made when the next is asked for."""
    made: list[StandIn] = []
    yield lambda: made.append(lab.new("cart", "ann"))
    yield lambda: made.append(lab.new("other", "gus"))
    cart, other = made
    yield lambda: cart.add(tea, 2)
    yield lambda: other.add(tea, 1)
    yield lambda: cart.merge("gus")
    yield lambda: contents(cart)
    yield from (cart.count, cart.ttl, lambda: cart.quantity(tea), lambda: cart.total({tea: 1}))
    for method in (cart.checkout, cart.clear, lambda: cart.remove(tea)):
        yield method
        yield lambda: cart.set_quantity(tea, 2)


def blame(lab: Lab, tea: str) -> None:
    """Make the calls again, one by one, for the name of that which calls what is forbidden."""
    for call in every_method(lab, tea):
        try:
            with lab.traffic() as traffic, lab.tap() as tap:
                call()
        except StudentFault:
            return  # the first time it went well
        used = forbidden(tap.names | set(traffic.recording.names))
        expect(used, f"The list of forbidden commands that {lab.last_call} calls").to_equal(
            [], hint=why(used)
        )


def forbidden(names: set[str]) -> list[str]:
    """Those of the names that no cart may call."""
    return sorted(names & FORBIDDEN)


def why(used: list[str]) -> str:
    """What is wrong with the first of them."""
    return WHY.get(used[0], SETTINGS) if used else ""
