"""Checks of merge and checkout, one caller at a time."""

from random import Random

from grader.interleave.calls import Returned
from grader.suites.cart_crowd import CROWD, FIRST, USER, expect_crowd, of_a_large_cart
from grader.suites.cart_rules import (
    IN_THE_CART,
    LARGE,
    contents,
    expect_all,
    expect_contents,
    expect_dict,
    fill,
    many_items,
    plain,
)
from grader.suites.check import check
from grader.suites.expect import expect
from grader.suites.lab import Lab, StandIn
from grader.suites.names import odd_names, signs_around, word, words

MANY_UNITS = {"a whole number": LARGE}


@check(points=0.5, objective="values", guide="merge-and-checkout")
def test_merge_adds_the_guests_quantities(lab: Lab, rand: Random) -> None:
    """merge adds the guest cart's quantities to this one."""
    tea, milk, odd = word(rand), word(rand, 7), f'{word(rand)}: it\'s "odd"\n*'
    mine, guest = lab.new("mine", "ann"), lab.new("guest", "gus")
    fill(mine, {tea: 2, milk: 1})
    fill(guest, {tea: 3, odd: LARGE})
    mine.merge("gus")
    hint = "Quantities of the same item are added, other items of either cart stay as they are."
    expect_contents(mine).to_equal({tea: 5, milk: 1, odd: LARGE}, hint=hint)


@check(points=0.5, objective="values", guide="merge-and-checkout")
def test_a_guest_who_comes_again(lab: Lab, rand: Random) -> None:
    """A guest who shops again is merged again, a large cart too: all items, in full."""
    tea, many = word(rand), many_items(rand)
    mine, guest = lab.new("mine", "ann"), lab.new("guest", "gus")
    hint = "Each merge moves all that is in the guest's cart at that time: nothing of it stays there."
    for units in (2, 3):
        guest.add(tea, units)
        expect(mine.merge("gus")).to_equal(None, hint="merge returns None.")
    expect_contents(mine).to_equal({tea: 5}, hint=hint)
    fill(guest, many)
    mine.merge("gus")
    odd, signs = lab.new("odd", "odd"), dict.fromkeys(signs_around(tea), 2)
    fill(odd, signs)
    if contents(odd) == signs:  # else another check's affair
        mine.merge("odd")
        many |= signs
    expect_all(contents(mine), {tea: 5} | many, IN_THE_CART, hint)
    of_a_large_cart(lab, lambda cart: move_all(lab, cart, tea))


def move_all(lab: Lab, cart: StandIn, item: str) -> None:
    """Merge a large cart into a small one, and check that out, where checkout goes well with a small one."""
    mine, small = (lab.new(user, user, actor=cart.actor) for user in ("ann", "small"))
    fill(mine, {item: 1, FIRST: 2})
    mine.merge(USER)
    wanted = {item: 1} | CROWD | {FIRST: CROWD[FIRST] + 2}
    expect_crowd(mine.items(), "The number of items that are right after a merge of a large cart", wanted)
    small.add(item)
    alone = small.checkout.answer()
    if isinstance(alone, Returned) and plain(alone.value) == {item: 1}:
        what = "The number of items of a large cart that checkout gives right"
        expect_crowd(mine.checkout(), what, wanted)


@check(points=0.5, objective="values", guide="merge-and-checkout")
def test_merge_removes_the_guest_cart(lab: Lab, rand: Random) -> None:
    """merge removes the guest cart, whatever text the guest's id is, and no other cart."""
    tea = word(rand)
    mine, other = lab.new("mine", word(rand)), lab.new("other", word(rand, 7))
    base = word(rand, 4)
    ids = [*rand.sample(odd_names(rand), 5), f"{base} ", base.upper(), f"{base}*", *signs_around(base)]
    ids += [f"{base}\u212b\ufb01e\u0301", f"guest:{base}", f"cart:{base}", f"user:{base}"]
    strangers = [base, f"{base}x"]
    guests = lab.new_each("guest", (*ids, *strangers))
    for cart in (other, *guests.values()):
        cart.add(tea, 2)
    read = ids[-2:]  # what was read a moment ago need not be there any more
    for user in read:
        expect_contents(guests[user], f"What is in the cart of {user!r}").to_equal({tea: 2})
    for user in ids:
        mine.merge(user)
    hint = "Each guest brought two units; the id is used as it is, also by merge."
    expect_contents(mine).to_equal({tea: 2 * len(ids)}, hint=hint)
    hint = "After a merge this guest's cart is gone: the id is used as it is, no trimming, no change of case."
    for user in ids:
        expect_contents(guests[user], f"What is left in the cart of {user!r}").to_equal({}, hint=hint)
    hint = "merge touched the cart of somebody else."
    for cart in (other, *(guests[user] for user in strangers)):
        expect_contents(cart, "What is in the cart of a third user").to_equal({tea: 2}, hint=hint)


@check(points=0.5, objective="values", guide="merge-and-checkout")
def test_merge_of_an_absent_guest(lab: Lab, rand: Random) -> None:
    """A guest who has no cart brings nothing, and the merge raises nothing."""
    tea, nobody = word(rand), word(rand, 8)
    mine = lab.new("mine", word(rand))
    hint = "A guest cart that isn't there is an empty one."
    mine.merge(nobody)
    expect_contents(mine).to_equal({}, hint=hint)
    mine.add(tea, 2)
    mine.merge(nobody)
    expect_contents(mine).to_equal({tea: 2}, hint=hint)
    hint = "After a merge that found nothing the object works as before: is a WATCH, or a lock, left behind?"
    expect_dict(plain(mine.checkout()), "What checkout gave").to_equal({tea: 2}, hint=hint)


@check(points=1, objective="values", guide="merge-and-checkout")
def test_checkout_takes_everything_out(cart: StandIn, rand: Random) -> None:
    """checkout returns everything that is in the cart, as a dict of ints, and leaves it empty."""
    expect_dict(cart.checkout()).to_equal({}, hint="An empty cart gives an empty dict.")
    for wanted in ({name: rand.randrange(1, 50) for name in words(rand, 4)}, MANY_UNITS | many_items(rand)):
        fill(cart, wanted)
        hint = "All items with their quantities, as ints."
        expect_all(cart.checkout(), wanted, "The answer", hint)
        hint = "What was checked out is no longer in the cart."
        expect_contents(cart).to_equal({}, hint=hint)
        expect(cart.checkout()).to_equal({}, hint=hint)
    cart.add("tea")
    hint = "A cart that was checked out begins anew."
    expect_contents(cart).to_equal({"tea": 1}, hint=hint)
