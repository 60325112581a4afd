"""What the shopping cart's checks share: carts that are filled, and what is in them in any form."""

from collections.abc import Callable, Mapping
from random import Random
from typing import Any

from grader.interleave.calls import Answer, Returned
from grader.sandbox.inside.worker_wire import Opaque
from grader.suites.expect import Expectation, expect
from grader.suites.lab import Lab, StandIn
from grader.suites.names import word, words

MANY = 40  # items, which with a long name among them Valkey no longer keeps in one piece
LONG = 200  # characters of a long name
LARGE = 10**12 + 1  # more digits than a short float has, and few enough for Lua's tostring()
IN_THE_CART = "What is in the cart"
NO_DICT = "What came back is no dict: nobody can read from it which items there are, and how many."
NOT_HELD = "This check ends by adding an item, which must be in the cart then."
FROM_MEMORY = (
    "items sent nothing to Valkey: it gave what the object remembers, not what is on the server now."
)


def fill(cart: StandIn, quantities: Mapping[str, int]) -> None:
    """Add to the cart, all in one message."""
    cart.add.many([[item, quantity] for item, quantity in quantities.items()])


def contents(cart: StandIn) -> Any:
    """What is in the cart, whatever form items gives it: another check looks at that."""
    return plain(cart.items())


def peek(lab: Lab, cart: StandIn) -> Any:
    """What is in the cart, for a hint: this call is not the one that went wrong."""
    with lab.unseen():
        answer = cart.items.answer()
    return plain(answer.value) if isinstance(answer, Returned) else answer


def strangers(lab: Lab, here: StandIn, there: StandIn) -> bool:
    """Whether an object doesn't see what the other, of the same cart, puts in; for a hint."""
    with lab.unseen():
        added, found = there.add.answer("another item"), here.quantity.answer("another item")
    return isinstance(added, Returned) and isinstance(found, Returned) and not found.value


def expect_contents(cart: StandIn, what: str = IN_THE_CART) -> Expectation:
    """What is in the cart, about to be compared; where items itself is the matter, the hint says so."""
    before = cart.sent_so_far
    seen = contents(cart)
    return expect_dict(seen, what, FROM_MEMORY if cart.sent_so_far == before else "")


def expect_dict(seen: Any, what: str = "", hint: str = "") -> Expectation:
    """A dict, about to be compared; where it is something else, the hint says so."""
    return Expectation(seen, what, NO_DICT if isinstance(seen, Opaque) else hint)


def expect_all(seen: Any, wanted: dict[str, int], what: str, hint: str) -> None:
    """All of many items; a failure shows those that differ, and no others."""
    if isinstance(seen, dict) and seen != wanted:
        found = {item: many for item, many in seen.items() if wanted.get(item) != many}
        lacking = {item: many for item, many in wanted.items() if seen.get(item) != many}
        if found != seen or lacking != wanted:
            what = f"{what}, as far as it differs,"
        expect(found, what).to_equal(lacking, hint=hint)
    expect_dict(seen, what).to_equal(wanted, hint=hint)


def plain(value: Any) -> Any:
    """An answer of items or checkout as a dict of ints, where it can be read as one."""
    pairs = value.items() if isinstance(value, dict) else value or ()
    try:
        return {item: int(quantity) for item, quantity in pairs}
    except (TypeError, ValueError, OverflowError):
        return value


def units_of(answer: Answer) -> int | None:
    """The units of all items in what items gave; None where they can't be added up."""
    value = getattr(answer, "value", None)
    held = None if value is None else plain(value)
    whole = isinstance(held, dict) and all(isinstance(number, int) for number in held.values())
    return sum(held.values()) if whole else None


def holding(item: str) -> Callable[[Any], bool]:
    """Whether contents have an item in them; what is no dict has none."""
    return lambda seen: isinstance(seen, dict) and item in seen


def expect_held(cart: StandIn, item: str) -> None:
    """An item that was added is there: so a cart that never held anything passes no check."""
    expect_contents(cart).to_be(holding(item), "the item that was added", NOT_HELD)


def many_items(rand: Random) -> dict[str, int]:
    """Quantities of many items."""
    return {name: rand.randrange(1, 50) for name in (*words(rand, MANY), word(rand, LONG))}


def any_key(lab: Lab) -> bool:
    """Whether anything is on the server that has not expired."""
    return lab.stage.kit.admin.ask("RANDOMKEY") is not None


def key_names(lab: Lab) -> list[str]:
    """The names of all keys on the server."""
    return [state.key for state in lab.keys()]
