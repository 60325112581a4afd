"""The hidden suite of the shopping cart: every sentence of its contract that can be shown."""

from dataclasses import replace
from random import Random

import pytest

from grader.interleave.calls import Call
from grader.suites.cart_model import carts
from grader.suites.check import check
from grader.suites.expect import expect, expect_raised
from grader.suites.lab import Calls, Lab, Scenario, StandIn
from grader.suites.names import odd_names, word, words
from grader.suites.sequential import sequential

TTL = 1800
# Where one caller alone gets a wrong answer, a race says nothing new.
MERGES = ("add_returns_the_new_quantity", "merge_adds_the_guests_quantities")
CHECKS_OUT = ("add_returns_the_new_quantity", "checkout_takes_everything_out")
ann, bob, guest, guest2 = Calls("ann"), Calls("bob"), Calls("guest"), Calls("guest2")


@pytest.fixture
def cart(lab: Lab, rand: Random) -> StandIn:
    return lab.new("cart", word(rand))


# Storing and reading


@check(points=1, objective="values", guide="carts-and-quantities")
def test_add_returns_the_new_quantity(cart: StandIn, rand: Random) -> None:
    """add puts an item into the cart, one unit unless told otherwise, and returns its new quantity."""
    tea, milk = words(rand, 2)
    many = rand.randrange(3, 90)
    hint = "The quantity that was there counts too: is the new sum returned, as an int?"
    expect(cart.add(tea)).to_equal(1, hint=hint)
    expect(cart.add(tea, many)).to_equal(many + 1, hint=hint)
    expect(cart.add(milk, 2)).to_equal(2, hint="Each item has a quantity of its own.")
    expect(cart.add(tea, quantity=4)).to_equal(many + 5, hint=hint)


@check(points=0.5, objective="values", guide="carts-and-quantities")
def test_quantity_of_an_item(cart: StandIn, rand: Random) -> None:
    """quantity is how many of an item are in the cart, 0 where it is not there."""
    tea, milk = words(rand, 2)
    many = rand.randrange(2, 90)
    cart.add(tea, many)
    expect(cart.quantity(tea)).to_equal(many, hint="Valkey gives strings back; quantities are ints.")
    expect(cart.quantity(milk)).to_equal(0, hint="What is not in the cart has quantity 0, not None.")
    cart.set_quantity(tea, 0)
    expect(cart.quantity(tea)).to_equal(0)


@check(points=0.5, objective="values", guide="carts-and-quantities")
def test_items_gives_every_quantity(cart: StandIn, rand: Random) -> None:
    """items gives every item with its quantity, as a dict of ints."""
    expect(cart.items()).to_equal({}, hint="An empty cart is an empty dict.")
    wanted = {name: rand.randrange(1, 50) for name in words(rand, 5)}
    for name, many in wanted.items():
        cart.add(name, many)
    expect(cart.items()).to_equal(wanted, hint="Valkey gives strings back: are the quantities ints?")


@check(points=0.5, objective="values", guide="carts-and-quantities")
def test_count_is_units_in_all(cart: StandIn, rand: Random) -> None:
    """count is the number of units in all, not of different items."""
    tea, milk, jam = words(rand, 3)
    expect(cart.count()).to_equal(0)
    cart.add(tea, 3)
    cart.add(milk, 4)
    cart.add(jam)
    expect(cart.count()).to_equal(8, hint="Two units of one item count as two.")
    cart.remove(milk)
    expect(cart.count()).to_equal(4)


@check(points=0.5, objective="values", guide="carts-and-quantities")
def test_set_quantity_replaces(cart: StandIn, rand: Random) -> None:
    """set_quantity replaces an item's quantity, and puts in an item that was not there."""
    tea, milk = words(rand, 2)
    cart.add(tea, 5)
    expect(cart.set_quantity(tea, 2)).to_equal(None, hint="set_quantity returns None.")
    cart.set_quantity(milk, 7)
    expect(cart.items()).to_equal({tea: 2, milk: 7}, hint="The new quantity takes the old one's place.")


@check(points=0.5, objective="values", guide="carts-and-quantities")
def test_set_quantity_zero_removes(cart: StandIn, rand: Random) -> None:
    """set_quantity(item, 0) removes the item, and only that one."""
    tea, milk = words(rand, 2)
    cart.add(tea, 5)
    cart.add(milk, 2)
    cart.set_quantity(tea, 0)
    expect(cart.items()).to_equal({milk: 2}, hint="An item with quantity 0 is no longer in the cart.")
    cart.set_quantity(word(rand, 8), 0)
    expect(cart.items()).to_equal({milk: 2})


@check(points=0.5, objective="values", guide="carts-and-quantities")
def test_remove_says_whether_it_was_there(cart: StandIn, rand: Random) -> None:
    """remove takes an item out whole; True where it was in the cart, False where it was not."""
    tea, milk = words(rand, 2)
    cart.add(tea, 5)
    cart.add(milk)
    expect(cart.remove(tea)).to_equal(True, hint="It was in the cart.")
    expect(cart.remove(tea)).to_equal(False, hint="It was no longer in the cart.")
    expect(cart.items()).to_equal({milk: 1})


@check(points=1, objective="values", guide="carts-and-quantities")
def test_total_in_cents(cart: StandIn, rand: Random) -> None:
    """total is the sum of quantity times price over what is in the cart; 0 for an empty one."""
    tea, milk, jam = words(rand, 3)
    prices = {name: rand.randrange(1, 10**7) for name in (tea, milk, jam)}
    expect(cart.total({})).to_equal(0, hint="An empty cart costs nothing, whatever the prices are.")
    cart.add(tea, 3)
    cart.add(milk, 1_000_003)
    due = 3 * prices[tea] + 1_000_003 * prices[milk]
    hint = "Money is whole cents: an exact int, without a float on the way."
    expect(cart.total(prices)).to_equal(due, hint=hint)
    big = 2**53 + 1
    expect(cart.total({tea: big, milk: 0})).to_equal(3 * big, hint=hint)


@check(points=0.5, objective="values", guide="carts-and-quantities")
def test_total_needs_every_price(cart: StandIn, rand: Random) -> None:
    """An item in the cart without a price raises KeyError."""
    tea, milk = words(rand, 2)
    cart.add(tea, 2)
    cart.add(milk)
    expect_raised(cart.total.answer({tea: 100}), KeyError, hint="No price isn't a price of 0.")
    expect(cart.total({tea: 100, milk: 0})).to_equal(200, hint="A price of 0 is a price.")


@check(points=0.5, objective="values", guide="merge-and-checkout")
def test_clear_empties(cart: StandIn, rand: Random) -> None:
    """clear takes everything out and returns None."""
    for name in words(rand, 3):
        cart.add(name, 2)
    expect(cart.count()).to_equal(6)
    expect(cart.clear()).to_equal(None, hint="clear returns None.")
    expect(cart.items()).to_equal({}, hint="Nothing is left in a cart that was cleared.")
    expect(cart.add("tea")).to_equal(1, hint="A cart that was cleared begins anew.")


# Names


@check(points=1, objective="keys", guide="names-and-keys")
def test_any_text_names_an_item(cart: StandIn, rand: Random) -> None:
    """Items are any text: colons, spaces, newlines, globs and emoji, used as they are."""
    hint = "A name is used as it is: no trimming, no change of case, no normalising, no splitting."
    wanted = {name: rand.randrange(1, 9) for name in (*odd_names(rand), " tea", "tea ", "tea", "TEA")}
    for name, many in wanted.items():
        cart.set_quantity(name, many)
    expect(cart.items()).to_equal(wanted, hint=hint)
    expect(cart.total(dict.fromkeys(wanted, 1))).to_equal(sum(wanted.values()), hint=hint)
    expect(cart.checkout()).to_equal(wanted, hint=hint)


@check(points=1, objective="keys", guide="names-and-keys")
def test_carts_of_different_users_are_apart(lab: Lab, rand: Random) -> None:
    """Every user has a cart of their own, whatever text their name is."""
    base = word(rand, 4)
    users = [
        base,
        base.upper(),
        f"{base} ",
        f"{base}:tea",
        f"{base}:ttl",
        f"{base}*",
        "*",
        f"{base}:",
        f":{base}",
    ]
    users += rand.sample(odd_names(rand), 5)
    made = {user: lab.new(f"cart{n}", user) for n, user in enumerate(users)}
    for many, cart in enumerate(made.values(), 1):
        cart.add("tea", many)
    hint = "Two user ids must never lead to the same key: is the id in the key as it is, and whole?"
    for many, (user, cart) in enumerate(made.items(), 1):
        expect(cart.items(), f"The cart of {user!r}").to_equal({"tea": many}, hint=hint)
    made[base].clear()
    expect(made[f"{base}:tea"].count()).to_equal(4, hint="Clearing one user's cart touched another's.")


@check(points=1, objective="keys", guide="why-valkey")
def test_state_is_on_the_server(lab: Lab, rand: Random) -> None:
    """Two objects of one user, in two processes, see the same cart."""
    user, (tea, milk) = word(rand), words(rand, 2)
    here, there = lab.new("here", user), lab.new("there", user, actor=lab.enter())
    here.add(tea, 2)
    hint = "All state lives on the server; an object keeps nothing of the cart to itself."
    expect(there.items()).to_equal({tea: 2}, hint=hint)
    there.add(tea, 3)
    there.add(milk)
    expect(here.items()).to_equal({tea: 5, milk: 1}, hint=hint)
    expect(here.quantity(tea)).to_equal(5, hint=hint)
    there.clear()
    expect(here.count()).to_equal(0, hint=hint)


@check(points=1, objective="keys", guide="carts-and-quantities")
def test_one_hash_and_nothing_when_empty(lab: Lab, cart: StandIn, rand: Random) -> None:
    """The cart is one hash per user, a field per item; a user whose cart is empty has no key at all."""
    names = words(rand, 3)
    emptied = [
        ("remove", lambda: [cart.remove(name) for name in names]),
        ("set_quantity", lambda: [cart.set_quantity(name, 0) for name in names]),
        ("clear", cart.clear),
        ("checkout", cart.checkout),
    ]
    for method, empty in emptied:
        for name in names:
            cart.add(name, 2)
        hashes = [state for state in lab.keys() if state.type == "hash"]
        expect(len(hashes), "The number of hashes").to_equal(1, hint="One cart is one hash.")
        empty()
        left = [state.key for state in lab.keys()]
        expect(left, f"What {method} left on the server").to_equal(
            [], hint="After the last item, no key is left."
        )


# Bad arguments


@check(points=1, objective="arguments", guide="bad-arguments")
def test_quantities_that_are_refused(cart: StandIn, rand: Random) -> None:
    """add takes 1 or more and set_quantity 0 or more; what is less raises ValueError and changes nothing."""
    tea = word(rand)
    cart.add(tea, 3)
    for wrong in (0, -1, -rand.randrange(2, 99)):
        expect_raised(cart.add.answer(tea, wrong), ValueError, hint="Check the quantity first.")
    for wrong in (-1, -rand.randrange(2, 99)):
        expect_raised(cart.set_quantity.answer(tea, wrong), ValueError, hint="Check the quantity first.")
        expect_raised(cart.set_quantity.answer(word(rand), wrong), ValueError)
    expect(cart.items()).to_equal({tea: 3}, hint="A call that raises changes nothing.")


@check(points=0.5, objective="arguments", guide="bad-arguments")
def test_empty_names_are_refused(lab: Lab, cart: StandIn, rand: Random) -> None:
    """An empty item, user or guest raises ValueError, before anything is changed."""
    tea = word(rand)
    cart.add(tea, 2)
    for answer in (
        cart.add.answer("", 1),
        cart.set_quantity.answer("", 1),
        cart.set_quantity.answer("", 0),
        cart.remove.answer(""),
        cart.quantity.answer(""),
        cart.merge.answer(""),
        lab.try_new(""),
    ):
        expect_raised(
            answer, ValueError, hint="A name that is empty is refused by every method that takes one."
        )
    expect(cart.items()).to_equal({tea: 2})


@check(points=0.5, objective="arguments", guide="bad-arguments")
def test_ttls_that_are_refused(lab: Lab, rand: Random) -> None:
    """A time-to-live is a whole number of seconds above 0: 0, negative numbers and 1.5 raise ValueError."""
    user = word(rand)
    for wrong in (0, -1, 1.5):
        answer = lab.try_new(user, ttl=wrong)
        expect_raised(answer, ValueError, hint="Check the time-to-live when the object is made.")
    cart = lab.new("cart", user, ttl=1)
    expect(cart.add("tea")).to_equal(1)


# Time-to-live


@check(points=1, objective="ttl", guide="time-to-live")
def test_the_cart_expires(lab: Lab, rand: Random) -> None:
    """A cart lives for its time-to-live after the last change, 1800 seconds unless told otherwise."""
    tea, ttl = word(rand), rand.randrange(50, 900)
    usual, short = lab.new("usual", word(rand)), lab.new("short", word(rand), ttl=ttl)
    usual.add(tea, 2)
    short.add(tea, 3)
    lab.advance(ttl - 1)
    expect(short.items()).to_equal({tea: 3}, hint="It expired too early.")
    lab.advance(2)
    expect(short.items()).to_equal({}, hint="It should have expired. Does every write set the expiry?")
    lab.advance(TTL - 1 - ttl - 1)
    expect(usual.items()).to_equal({tea: 2}, hint="The default time-to-live is 1800 seconds.")
    lab.advance(2)
    expect(usual.items()).to_equal({}, hint="The default time-to-live is 1800 seconds.")


@check(points=0.5, objective="ttl", guide="time-to-live")
def test_ttl_is_seconds_left(lab: Lab, rand: Random) -> None:
    """ttl is the seconds left, and None only where there is no cart."""
    ttl = rand.randrange(50, 900)
    cart = lab.new("cart", word(rand), ttl=ttl)
    expect(cart.ttl()).to_equal(None, hint="Where there is no cart, ttl is None, not -2.")
    cart.add("tea")
    expect(cart.ttl()).to_be_between(ttl - 1, ttl, hint="Seconds, not milliseconds.")
    lab.advance(20)
    expect(cart.ttl()).to_be_between(ttl - 21, ttl - 19)
    cart.clear()
    expect(cart.ttl()).to_equal(None, hint="An empty cart is no cart.")
    brief = lab.new("brief", word(rand), ttl=1)
    brief.add("tea")
    lab.advance(0.4)
    expect(brief.ttl()).to_be_one_of([0, 1], hint="With less than a second left there still is a cart.")


@check(points=1.5, objective="ttl", guide="time-to-live")
def test_changes_restart_the_ttl(lab: Lab, rand: Random) -> None:
    """A change that leaves items in the cart restarts its time-to-live."""
    ttl, (tea, milk, jam) = rand.randrange(100, 900), words(rand, 3)
    cart = lab.new("cart", "ann", ttl=ttl)
    other = lab.new("other", "gus", ttl=ttl)
    cart.add(tea, 5)
    changes = [
        ("add", lambda: cart.add(milk, 2)),
        ("add", lambda: cart.add(tea, 1)),
        ("set_quantity", lambda: cart.set_quantity(tea, 2)),
        ("set_quantity", lambda: cart.set_quantity(milk, 0)),
        ("merge", lambda: cart.merge("gus")),
        ("remove", lambda: cart.remove(jam)),
    ]
    for method, change in changes:
        lab.advance(ttl - 40)
        if method == "merge":
            other.add(jam, 4)
        change()
        what = f"The time-to-live after {method}"
        hint = f"{method} changes the cart, so it sets the expiry again."
        expect(cart.ttl(), what).to_be_between(ttl - 1, ttl, hint=hint)
    expect(cart.items()).to_equal({tea: 2})


@check(points=1, objective="ttl", guide="time-to-live")
def test_reading_does_not_restart_the_ttl(lab: Lab, rand: Random) -> None:
    """Reading never restarts the time-to-live, and neither does a call that raises."""
    ttl, tea = rand.randrange(100, 900), word(rand)
    cart = lab.new("cart", word(rand), ttl=ttl)
    cart.add(tea, 5)
    lab.advance(50)
    expect(cart.items()).to_equal({tea: 5})
    cart.quantity(tea)
    cart.count()
    cart.total({tea: 3})
    cart.ttl()
    hint = "Only a change restarts the time-to-live."
    expect(cart.ttl()).to_be_between(ttl - 51, ttl - 49, hint=hint)
    cart.total.answer({})
    cart.add.answer(tea, 0)
    cart.add.answer("", 1)
    cart.set_quantity.answer(tea, -1)
    expect(cart.ttl()).to_be_between(
        ttl - 51, ttl - 49, hint="A call that raises changes nothing, the expiry too."
    )
    lab.advance(ttl - 50 + 1)
    expect(cart.items()).to_equal({}, hint=hint)


@check(points=1, objective="crashes", guide="crashes-and-expiry")
def test_every_key_expires(lab: Lab, rand: Random) -> None:
    """Every key that the module writes has an expiry, helper keys too."""
    tea, milk = words(rand, 2)
    cart = lab.new("cart", "ann", ttl=100)
    other = lab.new("other", "gus", ttl=100)
    steps = [
        lambda: cart.add(tea, 2),
        lambda: cart.set_quantity(milk, 3),
        lambda: cart.remove(tea),
        lambda: other.add(tea, 1),
        lambda: cart.merge("gus"),
        cart.checkout,
        lambda: cart.set_quantity(tea, 3),
    ]
    for step in steps:
        step()
        lab.expect_every_key_expires(hint="Each write sets the expiry with the data, in one atomic step.")
    expect(cart.items()).to_equal({tea: 3})


@check(points=0.5, objective="performance", guide="scan-not-keys")
def test_nothing_walks_over_all_keys(lab: Lab, cart: StandIn, rand: Random) -> None:
    """Nothing calls KEYS, FLUSHALL or FLUSHDB, inside scripts neither."""
    tea = word(rand)
    other = lab.new("other", "gus")
    with lab.tap() as executions:
        cart.add(tea, 2)
        other.add(tea, 1)
        cart.merge("gus")
        items = cart.items()
        cart.count()
        cart.remove(tea)
        cart.add(tea)
        cart.checkout()
        cart.add(tea)
        cart.clear()
    expect(items).to_equal({tea: 3})
    found = sorted(executions.names & {"KEYS", "FLUSHALL", "FLUSHDB"})
    hint = "KEYS reads every key on the server and stops everybody meanwhile; a cart knows its own key."
    expect(found, "What the cart calls").to_equal([], hint=hint)


# Merge and checkout


@check(points=1.5, objective="values", guide="merge-and-checkout")
def test_merge_adds_the_guests_quantities(lab: Lab, rand: Random) -> None:
    """merge adds the guest cart's quantities to this one and removes the guest cart."""
    tea, milk, jam = words(rand, 3)
    user, guest_id = word(rand), rand.choice(odd_names(rand))
    mine, theirs = lab.new("mine", user), lab.new("theirs", guest_id)
    mine.add(tea, 2)
    mine.add(milk, 1)
    theirs.add(tea, 3)
    theirs.add(jam, 4)
    expect(mine.merge(guest_id)).to_equal(None, hint="merge returns None.")
    expect(mine.items()).to_equal({tea: 5, milk: 1, jam: 4}, hint="Quantities of the same item are added.")
    expect(theirs.items()).to_equal({}, hint="The guest cart is gone after a merge.")
    mine.merge(guest_id)
    expect(mine.items()).to_equal({tea: 5, milk: 1, jam: 4}, hint="A guest who has no cart brings nothing.")
    left = [state.key for state in lab.keys()]
    expect(len(left), "The number of keys after the merge").to_equal(1, hint="Only this user's cart is left.")


@check(points=0.5, objective="ttl", guide="merge-and-checkout")
def test_merge_gives_this_carts_ttl(lab: Lab, rand: Random) -> None:
    """After a merge the cart has its own time-to-live, also where it was empty before."""
    ttl, tea = rand.randrange(100, 900), word(rand)
    mine = lab.new("mine", "ann", ttl=ttl)
    theirs = lab.new("theirs", "gus", ttl=ttl + 400)
    theirs.add(tea, 3)
    mine.merge("gus")
    expect(mine.items()).to_equal({tea: 3})
    hint = "The merged cart lives as long as this cart's ttl says, not the guest's."
    expect(mine.ttl()).to_be_between(ttl - 1, ttl, hint=hint)
    lab.advance(ttl - 1)
    expect(mine.items()).to_equal({tea: 3}, hint=hint)
    lab.advance(2)
    expect(mine.items()).to_equal({}, hint=hint)


@check(points=0.5, objective="arguments", guide="merge-and-checkout")
def test_merge_with_oneself_is_refused(lab: Lab, rand: Random) -> None:
    """Merging the user's own id raises ValueError and changes nothing."""
    user = word(rand)
    cart = lab.new("cart", user)
    cart.add("tea", 2)
    expect_raised(
        cart.merge.answer(user), ValueError, hint="Merging a cart into itself would double or lose it."
    )
    expect(cart.items()).to_equal({"tea": 2})
    lab.new("theirs", user.upper()).add("milk")
    cart.merge(user.upper())
    expect(cart.items()).to_equal({"tea": 2, "milk": 1})


@check(points=1, objective="values", guide="merge-and-checkout")
def test_checkout_takes_everything_out(cart: StandIn, rand: Random) -> None:
    """checkout returns everything that is in the cart and leaves it empty."""
    wanted = {name: rand.randrange(1, 50) for name in words(rand, 4)}
    expect(cart.checkout()).to_equal({}, hint="An empty cart gives an empty dict.")
    for name, many in wanted.items():
        cart.add(name, many)
    expect(cart.checkout()).to_equal(wanted, hint="Quantities are ints.")
    expect(cart.items()).to_equal({}, hint="What was checked out is no longer in the cart.")
    expect(cart.checkout()).to_equal({})
    expect(cart.add("tea")).to_equal(1)


# Two callers at once


def race(lab: Lab, scenario: Scenario, verdict: str, hint: str) -> None:
    """Hold a race between carts to what carts do one after the other."""
    lab.race(scenario, sequential(lambda: carts("ann", "bob", "guest", "guest2"), scenario, verdict), hint)


def cart_objects(*users: str) -> dict[str, tuple[object, ...]]:
    """Each user's cart, under the user's own name."""
    return {user: (user,) for user in users}


@check(points=1.5, objective="atomicity", guide="lost-updates", needs=("add_returns_the_new_quantity",))
def test_two_adds_both_count(lab: Lab, rand: Random) -> None:
    """Two adds at once: both count."""
    item = word(rand)
    scenario = Scenario(
        cart_objects("ann"),
        together=(ann.add(item, 2), ann.add(item, 3)),
        setup=(ann.add(item, 1),) if rand.random() < 0.5 else (),
        look=(ann.items(), ann.count()),
    )
    race(
        lab,
        scenario,
        "An add was lost.",
        "Reading, adding in Python and writing back loses what happens between.",
    )


@check(points=0.5, objective="atomicity", guide="lost-updates", needs=("add_returns_the_new_quantity",))
def test_adds_of_different_items(lab: Lab, rand: Random) -> None:
    """Two adds of different items at once, and a remove beside an add: nothing else is lost."""
    tea, milk = words(rand, 2)
    hint = "A change of one item must not write the others back as they were before."
    for together in (
        (ann.add(tea, 2), ann.add(milk, 3)),
        (ann.remove(tea), ann.add(milk, 3)),
        (ann.set_quantity(tea, 7), ann.add(milk, 3)),
    ):
        scenario = Scenario(cart_objects("ann"), together, setup=(ann.add(tea, 1),), look=(ann.items(),))
        race(lab, scenario, "A change of one item undid that of another.", hint)


@check(points=1.5, objective="atomicity", guide="merge-and-checkout", needs=MERGES)
def test_merge_beside_add(lab: Lab, rand: Random) -> None:
    """A merge beside an add to either cart: no unit is lost or doubled."""
    tea, milk = words(rand, 2)
    for beside in (ann.add(tea, 3), guest.add(tea, 3), guest.add(milk, 1)):
        scenario = Scenario(
            cart_objects("ann", "guest"),
            together=(ann.merge("guest"), beside),
            setup=(ann.add(tea, 1), guest.add(tea, 2)),
            look=(ann.items(), guest.items()),
        )
        hint = "Reading the guest's cart, adding it here and deleting it there must be one atomic step."
        race(lab, scenario, "Units were lost or doubled by the merge.", hint)


@check(points=1, objective="atomicity", guide="merge-and-checkout", needs=MERGES)
def test_merge_beside_merge(lab: Lab, rand: Random) -> None:
    """Two merges at once, of one guest into two users or of two guests into one: each unit arrives once."""
    tea = word(rand)
    hint = "Who takes the guest's cart must take it in the same step that reads it."
    for together in (
        (ann.merge("guest"), bob.merge("guest")),
        (ann.merge("guest"), ann.merge("guest2")),
        (ann.merge("guest"), ann.merge("guest")),
        (ann.merge("guest"), guest.checkout()),
    ):
        scenario = Scenario(
            cart_objects("ann", "bob", "guest", "guest2"),
            together,
            setup=(ann.add(tea, 1), guest.add(tea, 2), guest2.add(tea, 4)),
            look=(ann.items(), bob.items(), guest.items(), guest2.items()),
        )
        race(lab, scenario, "Units were lost or doubled by the merge.", hint)


@check(points=1, objective="atomicity", guide="merge-and-checkout", needs=CHECKS_OUT)
def test_two_checkouts(lab: Lab, rand: Random) -> None:
    """Of two checkouts at once one gets the items and the other an empty dict."""
    tea, milk = words(rand, 2)
    scenario = Scenario(
        cart_objects("ann"),
        together=(ann.checkout(), ann.checkout()),
        setup=(ann.add(tea, 2), ann.add(milk, 3)),
        look=(ann.items(),),
    )
    hint = "Reading the cart and deleting it in two steps lets two callers read it."
    verdict = "The items did not go to exactly one of the two checkouts."
    race(lab, scenario, verdict, hint)
    three = replace(scenario, together=(*scenario.together, ann.add(tea, 5)))
    race(lab, three, verdict, "What one checkout has taken out must be out of reach of the other.")


@check(points=1, objective="atomicity", guide="merge-and-checkout", needs=CHECKS_OUT)
def test_checkout_beside_a_change(lab: Lab, rand: Random) -> None:
    """An add beside a checkout is in the result or still in the cart, and so with every other change."""
    tea, milk = words(rand, 2)
    hint = "What comes between reading the cart and deleting it is lost."
    for beside in (
        ann.add(tea, 3),
        ann.add(milk, 1),
        ann.set_quantity(tea, 9),
        ann.remove(tea),
        ann.merge("guest"),
    ):
        scenario = Scenario(
            cart_objects("ann", "guest"),
            together=(ann.checkout(), beside),
            setup=(ann.add(tea, 2), guest.add(milk, 4)),
            look=(ann.items(), guest.items()),
        )
        race(lab, scenario, f"{beside} beside the checkout was lost or counted twice.", hint)


# Crashes


def crash(lab: Lab, call: Call, mine: int = 1) -> None:
    """Kill the caller after each of its commands, and look at both carts from another process.

    The user has ``mine`` units of tea before, the guest two.
    """
    witness = lab.enter()
    state: dict[str, StandIn] = {}

    def prepare() -> tuple[StandIn, Call]:
        lab.empty()
        victim = lab.victim()
        made = {user: lab.new(user, user, actor=victim) for user in ("ann", "guest")}
        for user in ("ann", "guest"):
            state[user] = lab.new(user, user, actor=witness)
        if mine:
            made["ann"].add("tea", mine)
        made["guest"].add("tea", 2)
        return made["ann"], call

    def judge() -> str:
        if eternal := [key.key for key in lab.keys() if key.ttl is None]:
            return f"The crash left the key {eternal[0]!r} without an expiry."
        units = (state["ann"].quantity("tea"), state["guest"].quantity("tea"))
        if call.method == "merge" and units not in ((mine, 2), (mine + 2, 0)):
            return f"The crash left {units[0]} units in the user's cart and {units[1]} in the guest's."
        return ""

    lab.crash_in(
        prepare, judge, "The data and its expiry go in one atomic step: MULTI/EXEC, a script, one command."
    )


@check(points=1, objective="crashes", guide="crashes-and-expiry", needs=("every_key_expires",))
def test_a_crash_leaves_no_key_without_expiry(lab: Lab) -> None:
    """No crash, after any command of a change, leaves a key that never expires."""
    for mine in (1, 0):
        for call in (ann.add("milk", 2), ann.set_quantity("milk", 2)):
            crash(lab, call, mine)


@check(points=1, objective="crashes", guide="merge-and-checkout", needs=("merge_adds_the_guests_quantities",))
def test_a_crash_in_merge(lab: Lab) -> None:
    """Wherever the process dies in a merge, no unit is lost or doubled, and every key has an expiry."""
    for mine in (1, 0):
        crash(lab, ann.merge("guest"), mine)


@check(points=0.5, objective="crashes", guide="merge-and-checkout", needs=("checkout_takes_everything_out",))
def test_a_crash_in_checkout(lab: Lab) -> None:
    """A crash in checkout may lose the answer, but leaves no key without an expiry, and not half a cart."""

    def prepare() -> tuple[StandIn, Call]:
        lab.empty()
        victim = lab.new("ann", "ann", actor=lab.victim())
        for item in ("tea", "milk"):
            victim.add(item, 2)
        return victim, ann.checkout()

    witness = lab.enter()

    def judge() -> str:
        if eternal := [key.key for key in lab.keys() if key.ttl is None]:
            return f"The crash left the key {eternal[0]!r} without an expiry."
        items = lab.new("ann", "ann", actor=witness).items()
        return "" if items in ({}, {"tea": 2, "milk": 2}) else f"The crash left part of the cart: {items}."

    lab.crash_in(prepare, judge, "Taking everything out is one atomic step.")
