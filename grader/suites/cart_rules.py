"""What the shopping cart's checks share: carts that are filled, and what is in them in any form."""

from collections.abc import Callable, Mapping
from random import Random
from typing import Any

from grader.suites.expect import expect
from grader.suites.lab import Lab, StandIn
from grader.suites.names import word, words

MANY = 40  # items, which with a long name among them Valkey no longer keeps in one piece
LONG = 200  # characters of a long name


def fill(cart: StandIn, quantities: Mapping[str, int]) -> None:
    """Add to the cart, all in one message."""
    cart.add.many([[item, quantity] for item, quantity in quantities.items()])


def contents(cart: StandIn) -> Any:
    """What is in the cart, whatever form items gives it: another check looks at that."""
    return plain(cart.items())


def plain(value: Any) -> Any:
    """An answer of items or checkout as a dict of ints, where it can be read as one."""
    pairs = value.items() if isinstance(value, dict) else value or ()
    try:
        return {item: int(quantity) for item, quantity in pairs}
    except (TypeError, ValueError, OverflowError):
        return value


def holding(item: str) -> Callable[[Any], bool]:
    """Whether contents have an item in them; what is no dict has none."""
    return lambda seen: isinstance(seen, dict) and item in seen


def expect_held(cart: StandIn, item: str) -> None:
    """An item that was added is there: so a cart that never held anything passes no check."""
    expect(contents(cart), "What is in the cart").to_be(holding(item), "the item that was added")


def many_items(rand: Random) -> dict[str, int]:
    """Quantities of many items."""
    return {name: rand.randrange(1, 50) for name in (*words(rand, MANY), word(rand, LONG))}


def key_names(lab: Lab) -> list[str]:
    """The names of all keys on the server."""
    return [state.key for state in lab.keys()]
