"""The check of commands that no cart may call."""

from collections.abc import Callable, Iterator
from random import Random
from typing import Any

from grader.interleave.calls import StudentFault
from grader.suites.cart_rules import IN_THE_CART, NOT_HELD, contents, holding
from grader.suites.check import check
from grader.suites.expect import expect
from grader.suites.forbidden import WHY, all_forbidden
from grader.suites.lab import Executions, Lab, StandIn, Traffic
from grader.suites.names import word


@check(points=0.5, objective="performance", guide="scan-not-keys")
def test_nothing_walks_over_all_keys(lab: Lab, rand: Random) -> None:
    """Nothing calls KEYS, FLUSHALL or FLUSHDB or changes the server's settings, inside scripts neither."""
    tea = word(rand)
    with lab.traffic() as traffic, lab.tap() as tap:
        seen = [call() for call in every_method(lab, tea)]
    held = seen[CONTENTS]
    expect(held, IN_THE_CART).to_be(holding(tea), "the item that was added", NOT_HELD)
    used = called(tap, traffic)
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
    yield cart.clear
    # Of a cart that is empty now, and of a guest without one.
    yield from (cart.checkout.answer, cart.clear.answer, lambda: cart.remove.answer(tea))
    yield from (lambda: cart.set_quantity.answer(tea, 0), lambda: cart.merge.answer("nobody"))
    yield from (cart.items.answer, cart.count.answer, cart.ttl.answer, lambda: cart.total.answer({}))


def blame(lab: Lab, tea: str) -> None:
    """Make the calls again, one by one, for the name of that which calls what is forbidden."""
    for call in every_method(lab, tea):
        try:
            with lab.traffic() as traffic, lab.tap() as tap:
                call()
        except StudentFault:
            return  # the first time it went well
        used = called(tap, traffic)
        expect(used, f"The list of forbidden commands that {lab.last_call} calls").to_equal(
            [], hint=why(used)
        )


def called(tap: Executions, traffic: Traffic) -> list[str]:
    """The forbidden commands among what was sent and executed."""
    return all_forbidden(one.command for one in (*tap.executed, *traffic.recording.sent))


def why(used: list[str]) -> str:
    """What is wrong with the first of them."""
    return WHY[used[0]] if used else ""
