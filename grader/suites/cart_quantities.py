"""Checks of what is in a cart: adding, setting, removing, reading."""

from collections.abc import Callable
from random import Random

from grader.interleave.calls import Answer, Call, Raised, show
from grader.interleave.explorer import Ending
from grader.suites.cart_crowd import ALL_OF_THEM, CROWD, UNITS, expect_crowd, of_a_large_cart
from grader.suites.cart_rules import (
    LARGE,
    expect_all,
    expect_contents,
    expect_dict,
    fill,
    holding,
    many_items,
    units_of,
)
from grader.suites.check import check
from grader.suites.expect import expect, expect_raised, is_number
from grader.suites.lab import Calls, Lab, Scenario, StandIn
from grader.suites.names import word, words

BESIDE = "A number that is kept beside the cart changes and expires with the cart, by what really changed."
SAME_STEP = (
    "A number that is kept beside the cart changes in the same step as the cart, by what really changed."
)
COUNTED_TTL = 100
GONE = "Between two commands an item may go: what was there a moment ago need not be there any more."
ALIKE = "An item is another one where its name differs by a space, or in upper and lower case, alone."
INTS = "Valkey gives strings back; quantities are ints."
ann = Calls("ann")


@check(points=1, objective="values", guide="carts-and-quantities")
def test_add_returns_the_new_quantity(cart: StandIn, rand: Random) -> None:
    """add puts an item into the cart, one unit unless told otherwise, and returns its new quantity."""
    tea, milk = words(rand, 2)
    many = rand.randrange(3, 90)
    hint = "add returns the item's new quantity as an int: what was there before, and what was added."
    expect(cart.add(tea)).to_equal(1, hint=hint)
    expect(cart.add(tea, many)).to_equal(many + 1, hint=hint)
    expect(cart.add(milk, 2)).to_equal(2, hint="Each item has a quantity of its own.")
    expect(cart.add(tea, quantity=4)).to_equal(many + 5, hint=hint)


@check(points=0.5, objective="values", guide="carts-and-quantities")
def test_quantity_of_an_item(lab: Lab, cart: StandIn, rand: Random) -> None:
    """quantity is how many of an item are in the cart, 0 where it is not there."""
    tea, milk = words(rand, 2)
    many = rand.randrange(2, 90)
    hint = "What is not in the cart has quantity 0, not None."
    expect(cart.quantity(tea)).to_equal(0, hint=hint)
    cart.add(tea, many)
    expect(cart.quantity(tea)).to_equal(many, hint=INTS)
    expect(cart.quantity(milk)).to_equal(0, hint=hint)
    for name in (tea.upper(), f" {tea}", f"{tea}\n"):
        expect(cart.quantity(name), f"The quantity of {name!r}").to_equal(0, hint=ALIKE)
    read_beside(lab, cart, ann.quantity(tea), {tea: 1}, GONE)


@check(points=0.5, objective="values", guide="carts-and-quantities")
def test_items_gives_every_quantity(lab: Lab, cart: StandIn, rand: Random) -> None:
    """items gives every item with its quantity, as a dict of ints."""
    expect_dict(cart.items()).to_equal({}, hint="An empty cart is an empty dict.")
    few = {name: rand.randrange(1, 50) for name in words(rand, 3)}
    fill(cart, few)
    expect(cart.items()).to_equal(few, hint="Valkey gives strings back: are the quantities ints?")
    many = many_items(rand) | {f"item {number}": 1 for number in range(100)}
    fill(cart, many)
    hint = "A cart may hold many items: HGETALL gives all of them, a single page of HSCAN does not."
    expect_all(cart.items(), few | many, "The answer", hint)
    tea, milk = words(rand, 2)
    hint = "Between two commands an item may go: HGETALL gives names and quantities in one step."
    read_beside(lab, cart, ann.items(), {tea: 1, milk: 1}, hint)
    of_a_large_cart(
        lab,
        lambda cart: expect_crowd(cart.items(), "The number of items of a large cart that items gives right"),
    )


def read_beside(lab: Lab, cart: StandIn, read: Call, quantities: dict[str, int], hint: str) -> None:
    """Try every order of a reading call and the removal of the first of these items: no error, no -2."""
    with lab.traffic() as traffic:
        getattr(cart, read.method).answer(*read.args)
    if traffic.round_trips <= 1:
        return  # it looks but once

    def misread(ending: Ending) -> str:
        answer = ending.answers[0]
        if isinstance(answer, Raised):
            return f"{read} raised {answer}, though it may not."
        below = is_number(answer.value) and answer.value < 0
        return f"{read} gave {answer} beside the removal of an item." if below else ""

    setup = tuple(ann.add(item, many) for item, many in quantities.items())
    removal = ann.remove(next(iter(quantities)))
    lab.race(Scenario({"ann": ("ann",)}, (read, removal), setup), misread, hint)


@check(points=0.5, objective="values", guide="carts-and-quantities")
def test_count_is_units_in_all(lab: Lab, cart: StandIn, rand: Random) -> None:
    """count is the number of units in all, not of different items."""
    expect(cart.count()).to_equal(0, hint="An empty cart holds 0 units.")
    tea, milk, jam = words(rand, 3)
    fill(cart, {tea: 3, milk: 4, jam: 1})
    expect(cart.count()).to_equal(8, hint="Two units of one item count as two; the sum is an int.")
    many = many_items(rand)
    fill(cart, many)
    expect(cart.count()).to_equal(
        8 + sum(many.values()),
        hint="All items of a large cart count: a single page of HSCAN gives only some.",
    )
    read_beside(lab, cart, ann.count(), {tea: 1, milk: 1}, GONE)
    expect_counted(lab, rand)
    expect_counted_later(lab, rand)
    hint = SAME_STEP
    for change in (ann.set_quantity(tea, 7), ann.remove(tea), ann.checkout()):
        together, look = (change, ann.add(tea, 2)), (ann.items(), ann.count())
        lab.race(Scenario({"ann": ("ann",)}, together, (ann.add(tea, 1),), look), miscounted, hint)

    def count_all(cart: StandIn) -> None:
        expect(cart.count(), "The count of a large cart").to_equal(UNITS, hint=ALL_OF_THEM)

    of_a_large_cart(lab, count_all)


def expect_counted(lab: Lab, rand: Random) -> None:
    """After each kind of change count is the units that items gives."""
    cart, guest, (tea, milk, jam) = lab.new("basket", "bea"), lab.new("guest", "gus"), words(rand, 3)
    changes: dict[str, Callable[[], Answer]] = {
        "set_quantity to more": lambda: cart.set_quantity.answer(tea, 9),
        "set_quantity to fewer": lambda: cart.set_quantity.answer(tea, 4),
        "set_quantity to 0": lambda: cart.set_quantity.answer(jam, 0),
        "remove": lambda: cart.remove.answer(milk),
        "remove of what is not there": lambda: cart.remove.answer(milk),
        "merge": lambda: cart.merge.answer("gus"),
        "checkout": cart.checkout.answer,
        "an add after checkout": lambda: cart.add.answer(tea, 3),
        "clear": cart.clear.answer,
        "a set_quantity after clear": lambda: cart.set_quantity.answer(milk, 6),
    }
    fill(cart, {tea: 5, milk: 3, jam: 2})
    fill(guest, {tea: 3, milk: 4})
    for name, change in changes.items():
        change()  # what becomes of it is another check's affair
        compare_count(cart, f"The count after {name}")


def compare_count(cart: StandIn, what: str) -> None:
    """Count is the units that items gives, where this can be added up."""
    units = units_of(cart.items.answer())
    if units is not None:
        expect(cart.count(), what).to_equal(units, hint=BESIDE)


def expect_counted_later(lab: Lab, rand: Random) -> None:
    """A change renews all that count is told by, and after the cart's end nothing is left of it."""
    tea, milk = words(rand, 2)
    changes: dict[str, Callable[[StandIn], Answer]] = {
        "add": lambda cart: cart.add.answer(tea),
        "set_quantity": lambda cart: cart.set_quantity.answer(tea, 3),
        "remove": lambda cart: cart.remove.answer(milk),
        "merge": lambda cart: cart.merge.answer("gwen"),
    }
    carts = lab.new_each("kept", changes, ttl=COUNTED_TTL)
    for cart in carts.values():
        fill(cart, {tea: 2, milk: 5})
    lab.advance(COUNTED_TTL * 0.7)
    lab.new("gwen", "gwen").add(tea)
    for name, change in changes.items():
        change(carts[name])
    lab.advance(COUNTED_TTL * 0.7)
    for name, cart in carts.items():
        compare_count(cart, f"The count of a cart whose time {name} has restarted")
    lab.advance(COUNTED_TTL)
    for cart in carts.values():
        compare_count(cart, "The count of a cart that has expired")


def miscounted(ending: Ending) -> str:
    """A sentence where the count is not that of what is in the cart."""
    items, count = ending.look
    units, seen = units_of(items), getattr(count, "value", None)
    if units is None or seen == units:
        return ""
    return f"After two changes at once the cart holds {units} units, and count gives {show(seen)}."


@check(points=0.5, objective="values", guide="carts-and-quantities")
def test_set_quantity_replaces(cart: StandIn, rand: Random) -> None:
    """set_quantity replaces an item's quantity, and puts in an item that was not there."""
    tea, milk, jam = words(rand, 3)
    fill(cart, {tea: 5, jam: 1})
    expect(cart.set_quantity(tea, 2)).to_equal(None, hint="set_quantity returns None.")
    cart.set_quantity(milk, LARGE)
    wanted = {tea: 2, milk: LARGE, jam: 1}
    hint = "The new quantity takes the old one's place; other items stay as they are."
    expect_contents(cart).to_equal(wanted, hint=hint)


@check(points=0.5, objective="values", guide="carts-and-quantities")
def test_set_quantity_zero_removes(cart: StandIn, rand: Random) -> None:
    """set_quantity(item, 0) removes the item, and only that one."""
    tea, milk = words(rand, 2)
    fill(cart, {tea: 5, milk: 2})
    cart.set_quantity(tea, 0)
    hint = "An item with quantity 0 is no longer in the cart."
    expect_contents(cart).to_equal({milk: 2}, hint=hint)
    expect(cart.set_quantity(word(rand, 8), 0)).to_equal(None, hint="set_quantity returns None.")
    expect_contents(cart).to_equal({milk: 2}, hint=hint)


@check(points=0.5, objective="values", guide="carts-and-quantities")
def test_remove_says_whether_it_was_there(cart: StandIn, rand: Random) -> None:
    """remove takes an item out whole; True where it was in the cart, False where it was not."""
    tea, milk = words(rand, 2)
    hint = (
        "It was not in the cart: remove returns False, not None. HDEL's own reply says how many it removed."
    )
    expect(cart.remove(tea)).to_equal(False, hint=hint)
    fill(cart, {tea: 5, milk: 1})
    expect(cart.remove(tea)).to_equal(
        True, hint="It was in the cart: HDEL's own reply says how many it removed."
    )
    hint = "The first remove took all its units out, so it was no longer there: HDEL's own reply says so."
    expect(cart.remove(tea)).to_equal(False, hint=hint)
    for name in (milk.upper(), f" {milk}", f"{milk}\n"):
        expect(cart.remove(name), f"remove({name!r})").to_equal(False, hint=ALIKE)
    hint = "All units of the item are gone, and no other item."
    expect_contents(cart).to_equal({milk: 1}, hint=hint)


@check(points=0.5, objective="values", guide="merge-and-checkout")
def test_clear_empties(cart: StandIn, rand: Random) -> None:
    """clear takes everything out and returns None."""
    wanted = dict.fromkeys(words(rand, 3), 2)
    fill(cart, wanted)
    expect_contents(cart).to_equal(wanted)
    expect(cart.clear()).to_equal(None, hint="clear returns None.")
    hint = "Nothing is left in a cart that was cleared, not of a large one either."
    expect_contents(cart).to_equal({}, hint=hint)
    fill(cart, many_items(rand))
    cart.clear()
    expect_contents(cart).to_equal({}, hint=hint)
    cart.add("tea")
    expect_contents(cart).to_equal({"tea": 1}, hint="A cart that was cleared begins anew.")


@check(points=0.5, objective="values", guide="carts-and-quantities")
def test_total_in_cents(lab: Lab, cart: StandIn, rand: Random) -> None:
    """total is the sum of quantity times price over what is in the cart; 0 for an empty one."""
    tea, milk, jam = words(rand, 3)
    prices = {name: rand.randrange(1, 10**7) for name in (tea, milk, jam)}
    hint = "An empty cart costs nothing, whatever the prices are."
    expect(cart.total({})).to_equal(0, hint=hint)
    expect(cart.total(prices)).to_equal(0, hint=hint)
    fill(cart, {tea: 3, milk: 1_000_003})
    due = 3 * prices[tea] + 1_000_003 * prices[milk]
    hint = "Quantity times price, over the items in the cart; whole cents, without a float on the way."
    expect(cart.total(prices)).to_equal(due, hint=hint)
    big = 2**53 + 1
    expect(cart.total({tea: big, milk: 0})).to_equal(3 * big, hint=hint)
    many = many_items(rand)
    fill(cart, many)
    hint = "All items of a large cart have a price: a single page of HSCAN gives only some."
    seen = cart.total(dict.fromkeys(many, 100) | {tea: 0, milk: 0})
    expect(seen).to_equal(100 * sum(many.values()), hint=hint)
    cart, alike = lab.new("other", "other"), {jam: 2, jam.upper(): 3, f" {jam}": 5, f"{jam}\n": 7}
    fill(cart, alike)
    due = sum(10**place * number for place, number in enumerate(alike.values()))
    seen = cart.total({name: 10**place for place, name in enumerate(alike)})
    expect(seen, "The total of items with names that look alike").to_equal(due, hint=ALIKE)
    read_beside(lab, cart, ann.total({tea: 5, milk: 7}), {tea: 1, milk: 1}, GONE)

    def total_of_all(cart: StandIn) -> None:
        seen = cart.total(dict.fromkeys(CROWD, 3))
        lab.last_call = "cart.total(prices)"  # thousands of prices would be shown
        expect(seen, "The total of a large cart").to_equal(3 * UNITS, hint=ALL_OF_THEM)

    of_a_large_cart(lab, total_of_all)


@check(points=0.5, objective="values", guide="carts-and-quantities")
def test_total_needs_every_price(cart: StandIn, rand: Random) -> None:
    """An item in the cart without a price raises KeyError."""
    tea, milk = words(rand, 2)
    fill(cart, {tea: 1, milk: 1})
    for prices in ({tea: 100}, {milk: 100}, {}, {word(rand, 8): 5}):
        answer = cart.total.answer(prices)
        expect_raised(answer, KeyError, hint="No price isn't a price of 0: prices[item] raises by itself.")
    cart.total({tea: 100, milk: 0})  # a price of 0 is a price, and raises nothing
    cart.set_quantity(tea, 2)
    hint = "After an error the cart works as before; is a lock left behind?"
    expect_contents(cart).to_be(holding(tea), "what was set", hint)
