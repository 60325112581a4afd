"""A large cart, put there as the student's own add would have, for what reads or moves all of a cart.

Theory of operation. A few items are added the usual way; where all that this leaves on the server is one
hash with the items' names as its fields and the quantities as their values, the other items are put beside
them by the grader's own connection, in milliseconds. In any other layout nothing is said here.
"""

from collections.abc import Callable
from typing import Any

from grader.suites.cart_rules import fill, plain
from grader.suites.expect import expect
from grader.suites.lab import Lab, StandIn

CROWD = {f"item {number}": 1 + number % 7 for number in range(4_500)}
UNITS = sum(CROWD.values())
USER = "crowd"
FIRST = next(iter(CROWD))
SAMPLE = dict(list(CROWD.items())[:3])
ALL_OF_THEM = (
    "A cart may hold thousands of items: HSCAN gives them page by page, whatever its COUNT, and Lua's unpack"
    " takes only some thousands at once."
)
Ask = Callable[[StandIn], None]


def of_a_large_cart(lab: Lab, ask: Ask) -> None:
    """Ask about USER's large cart, the only one there is; nothing of the filling is evidence."""
    lab.empty()
    cart = lab.new("cart", USER)
    fill(cart, SAMPLE)
    if key := _plain_hash(lab):
        words = [word for item, many in CROWD.items() for word in (item, many)]
        lab.stage.kit.admin.ask("HSET", key, *words)
        lab.evidence_from = lab.last_number + 1
        ask(cart)


def _plain_hash(lab: Lab) -> str:
    """The only key there is, where it is a hash of the sample and nothing else; '' otherwise."""
    states, admin = lab.keys(), lab.stage.kit.admin
    if len(states) != 1 or states[0].type != "hash":
        return ""
    key = states[0].key
    held, left = admin.ask_all([("HGETALL", key), ("PTTL", key)])
    pairs = zip(held[::2], held[1::2], strict=True) if isinstance(held, list) else ()
    plainly = dict(pairs) == {item.encode(): str(many).encode() for item, many in SAMPLE.items()}
    return key if plainly and isinstance(left, int) and left > 0 else ""


def expect_crowd(seen: Any, what: str, wanted: dict[str, int] = CROWD) -> None:
    """All of a large cart's items; a failure shows how many they are, not thousands of names."""
    held = plain(seen)
    right = sum(held.get(item) == many for item, many in wanted.items()) if isinstance(held, dict) else 0
    expect(right, what).to_equal(len(wanted), hint=ALL_OF_THEM)
