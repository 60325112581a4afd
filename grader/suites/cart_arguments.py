"""Checks of what a cart refuses."""

from collections.abc import Callable
from random import Random

from grader.interleave.calls import Answer, Raised
from grader.suites.cart_rules import contents, expect_contents, expect_held
from grader.suites.check import check
from grader.suites.expect import expect, expect_raised
from grader.suites.lab import Lab, StandIn
from grader.suites.names import word

WITH_EMPTY_NAME: tuple[Callable[[StandIn], Answer], ...] = (
    lambda cart: cart.add.answer(""),
    lambda cart: cart.set_quantity.answer("", 1),
    lambda cart: cart.set_quantity.answer("", 0),
    lambda cart: cart.remove.answer(""),
    lambda cart: cart.quantity.answer(""),
    lambda cart: cart.merge.answer(""),
)


@check(points=0.5, objective="arguments", guide="bad-arguments")
def test_quantities_that_are_refused(cart: StandIn, rand: Random) -> None:
    """add takes 1 or more and set_quantity 0 or more; what is less raises ValueError and changes nothing."""
    tea = word(rand)
    cart.add(tea, 3)
    hint = "Check the quantity first: is 0 too little for add, and -1 for set_quantity?"
    for wrong in (0, -1, -rand.randrange(2, 99)):
        expect_raised(cart.add.answer(tea, wrong), ValueError, hint=hint)
        expect_raised(cart.add.answer(word(rand, 8), wrong), ValueError, hint=hint)
    for wrong in (-1, -rand.randrange(2, 99)):
        expect_raised(cart.set_quantity.answer(tea, wrong), ValueError, hint=hint)
        expect_raised(cart.set_quantity.answer(word(rand, 8), wrong), ValueError, hint=hint)
    hint = "A call that raises changes nothing."
    expect_contents(cart).to_equal({tea: 3}, hint=hint)
    milk = word(rand, 7)
    cart.add(milk)
    hint = "A call that raises leaves nothing in a pipeline either, which a later call would send."
    seen = expect_contents(cart, "What is in the cart after an add of another item")
    seen.to_equal({tea: 3, milk: 1}, hint=hint)


@check(points=0.5, objective="arguments", guide="bad-arguments")
def test_empty_names_are_refused(lab: Lab, cart: StandIn, rand: Random) -> None:
    """An empty item, user or guest raises ValueError in every method that takes one."""
    tea = word(rand)
    cart.add(tea, 2)
    hint = "A name that is empty is refused by every method that takes one, reading methods too."
    for call in (*WITH_EMPTY_NAME, lambda _: lab.try_new("")):
        expect_raised(call(cart), ValueError, hint=hint)
    hint = "A call that raises changes nothing."
    expect_contents(cart).to_equal({tea: 2}, hint=hint)


@check(points=0.5, objective="arguments", guide="bad-arguments")
def test_ttls_that_are_refused(lab: Lab, rand: Random) -> None:
    """A time-to-live is a whole number of seconds above 0: 0, negative numbers and 1.5 raise ValueError."""
    user = word(rand)
    for wrong in (0, -1, -rand.randrange(2, 999), 1.5):
        answer = lab.try_new(user, ttl=wrong)
        expect_raised(answer, ValueError, hint="Check the time-to-live when the object is made.")
    cart = lab.new("cart", user, ttl=1)
    cart.add("tea")
    for _ in range(3):  # on a machine that stood still for a second, the cart may be gone
        if contents(cart) == {"tea": 1}:
            return
        cart.set_quantity("tea", 1)
    expect_contents(cart, "What is in a cart with ttl=1").to_equal({"tea": 1})


@check(points=0.5, objective="arguments", guide="merge-and-checkout")
def test_merge_with_oneself_is_refused(lab: Lab, rand: Random) -> None:
    """Merging the user's own id raises ValueError and changes nothing."""
    user = word(rand)
    cart = lab.new("cart", user)
    hint = "Merging a cart into itself would double or lose it: compare the ids first."
    expect_raised(cart.merge.answer(user), ValueError, hint=hint)
    cart.add("tea", 2)
    expect_raised(cart.merge.answer(user), ValueError, hint=hint)
    expect_contents(cart).to_equal({"tea": 2}, hint=hint)
    for other in (user.upper(), f"{user} ", f"{user}:"):
        answer = cart.merge.answer(other)  # a stranger, who has no cart
        refused = isinstance(answer, Raised) and answer.type == "ValueError"
        hint = "Only the user's own id is refused: ids are compared as they are."
        expect(refused, f"Whether a merge with {other!r} is refused").to_equal(False, hint=hint)


@check(points=0.5, objective="arguments", guide="bad-arguments")
def test_refused_before_anything_is_sent(lab: Lab, rand: Random) -> None:
    """Bad arguments raise their error before anything is read, computed or written."""
    tea, user = word(rand), word(rand)
    cart = lab.new("cart", user)
    cart.add(tea, 2)
    cart.checkout()
    calls: list[Callable[[], Answer]] = [
        *(lambda call=call: call(cart) for call in WITH_EMPTY_NAME),
        lambda: cart.merge.answer(user),
        lambda: cart.add.answer(tea, 0),
        lambda: cart.add.answer(tea, -2),
        lambda: cart.set_quantity.answer(tea, -1),
    ]
    for call in calls:
        with lab.tap() as tap:  # a script may be asked, as long as it looks at its arguments first
            answer = call()
        # One that raised nothing is another check's affair.
        if isinstance(answer, Raised):
            hint = "Look at the arguments before the first command is sent."
            expect(tap.touching, f"The list of commands sent by {lab.last_call}").to_equal([], hint=hint)
    cart.add(tea)
    for wrong in (0, -1):
        with lab.tap() as tap:
            answer = lab.try_new(user, ttl=wrong)
        if isinstance(answer, Raised):
            hint = "Look at the time-to-live before the first command is sent: the cart may be there already."
            expect(tap.touching, f"The list of commands sent by {lab.last_call}").to_equal([], hint=hint)
    expect_held(cart, tea)
