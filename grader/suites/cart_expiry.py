"""Checks of a cart's time-to-live, by what is in the cart; ttl itself is asked in its own checks alone."""

from collections.abc import Callable
from functools import partial
from random import Random

from grader.interleave.calls import Answer, Raised, Returned
from grader.suites.cart_quantities import GONE, ann, read_beside
from grader.suites.cart_rules import any_key, contents, expect_contents, expect_held, fill, holding, peek
from grader.suites.check import check
from grader.suites.expect import expect, is_number
from grader.suites.lab import Lab, StandIn
from grader.suites.names import SHARED_STATE, word, words

TTL, DAY = 1800, 86400
SOON = 3.2  # seconds between two changes, twice as many as ROOM and more
SHOWN_NAMES = 8  # of commands
ROOM = 1.5  # seconds before and after its end in which a cart may be there or not
EARLY = "It expired too early: is its expiry this cart's own ttl, in seconds?"
USUAL = "A cart that is made without a ttl lives for 1800 seconds after its last change."
ETERNAL = "The cart has no expiry at all (TTL gives -1): each write sets it, in the same atomic step."
LATER = "The cart has an expiry, but a later one: is it this cart's own ttl, in seconds?"
Idle = Callable[[StandIn, str], Answer]  # a call that changes nothing, of a cart and its user


@check(points=1, objective="ttl", guide="time-to-live")
def test_the_cart_expires(lab: Lab, rand: Random) -> None:
    """A cart lives for its time-to-live after the last change, 1800 seconds unless told otherwise."""
    tea, ttl = word(rand), rand.randrange(50, 900)
    usual = two_carts(lab, rand, "usual")
    short = two_carts(lab, rand, "short", ttl=ttl)
    for cart in (*usual, *short):
        cart.add(tea, 3)
    for (early, late), seconds in ((short, ttl), (usual, TTL)):
        lab.advance(seconds - ROOM - lab.now)
        what = f"What is in a cart shortly before the end of its {seconds} seconds"
        expect_contents(early, what).to_equal({tea: 3}, hint=USUAL if seconds == TTL else EARLY)
        lab.advance(2 * ROOM)
        what = f"What is in a cart shortly after the end of its {seconds} seconds"
        expect_contents(late, what).to_equal({}, hint=lambda seconds=seconds: why_late(lab, seconds))
    short[1].add(tea)
    hint = "A cart that has expired begins anew with the next add."
    expect_contents(short[1]).to_equal({tea: 1}, hint=hint)


def why_late(lab: Lab, seconds: int) -> str:
    """The hint where a cart outlives its time: it has no expiry, or a later one."""
    if why := why_eternal(lab):
        return why
    return USUAL if seconds == TTL else LATER


def why_eternal(lab: Lab) -> str:
    """The hint where a key has no expiry; '' where each has one."""
    eternal = bool(lab.eternal_keys())
    return lab.why_eternal() or ETERNAL if eternal else ""


def two_carts(lab: Lab, rand: Random, name: str, **ttl: int) -> tuple[StandIn, StandIn]:
    """Carts of two users: one is read before its end and one after, in case reading restarts the time."""
    return lab.new(f"{name}1", word(rand), **ttl), lab.new(f"{name}2", word(rand, 7), **ttl)


@check(points=0.5, objective="ttl", guide="time-to-live")
def test_ttl_is_seconds_left(lab: Lab, rand: Random) -> None:
    """ttl is the seconds left, and None only where there is no cart."""
    ttl, user = rand.randrange(50, 900), word(rand)
    cart = lab.new("cart", user, ttl=ttl)
    hint = "Where there is no cart, ttl is None, not -2."
    expect(cart.ttl()).to_equal(None, hint=hint)
    cart.add("tea")

    def hint_left() -> str:
        left = "The seconds that are left of this cart's own ttl: not milliseconds, not what was set."
        return why_eternal(lab) or left

    expect(cart.ttl()).to_be_between(ttl - 2, ttl + 2, hint=hint_left)
    lab.advance(20.4)
    left = cart.ttl()
    expect(left).to_be_between(ttl - 22, ttl - 18, hint=hint_left)
    hint = "The seconds are rounded, up or down."
    expect(left).to_be(lambda seen: seen == int(seen), "a whole number", hint)
    again = lab.new("again", user, ttl=ttl)
    hint = "To make another object of a cart is no change of it: the time that is left stays."
    expect(cart.ttl(), "ttl after another object was made").to_be_between(ttl - 22, ttl - 18, hint=hint)
    expect(again.ttl(), "ttl of another object").to_be_between(ttl - 22, ttl - 18, hint=SHARED_STATE)
    expect_ttl_of_each_change(lab, word(rand, 8), ttl)
    season = lab.new("season", word(rand), ttl=3650 * DAY)
    season.add("tea")
    hint = "A ttl is any whole number of seconds, ten years too."
    expect(season.ttl(), "ttl of a cart that lives for ten years").to_be_between(
        3650 * DAY - 2, 3650 * DAY + 2, hint=hint
    )
    cart.clear()
    hint = "A cart that was cleared is no longer there: then ttl is None."
    expect(cart.ttl()).to_equal(None, hint=hint)
    cart.add("tea")
    read_beside(lab, cart, ann.ttl(), {"tea": 1}, GONE)


def expect_ttl_of_each_change(lab: Lab, user: str, ttl: int) -> None:
    """Whichever method changed a cart last, ttl tells what that left; if it is right is seen elsewhere."""
    cart = lab.new("each", user, ttl=ttl)
    cart.add("tea")
    for method, args in (
        ("set_quantity", ("jam", 2)),
        ("set_quantity", ("jam", 0)),
        ("add", ("jam",)),
        ("remove", ("jam",)),
        ("merge", ("gus",)),
    ):
        if method == "merge":
            lab.new("guest", "gus").add("jam")
        getattr(cart, method)(*args)
        restarted = any(state.ttl and state.ttl > ttl - ROOM for state in lab.keys() if state.type == "hash")
        hint = f"{method} changes the cart, and with it the seconds that are left: ttl asks Valkey for them."
        low = ttl - 2 if restarted else 0
        left = cart.ttl()
        hint = LATER if is_number(left) and left > ttl + 2 else hint
        expect(left, f"ttl right after {method}").to_be_between(low, ttl + 2, hint=hint)
        lab.advance(5)


@check(points=0.5, objective="ttl", guide="time-to-live")
def test_ttl_in_the_last_second(lab: Lab, rand: Random) -> None:
    """In its last second a cart still has a ttl, 0 perhaps: None is only for no cart."""
    cart, tea = lab.new("cart", word(rand), ttl=50), word(rand)

    def hint() -> str:
        return why_eternal(lab) or "0 is a number of seconds too: only -2 says that there is no cart."

    for _ in range(5):
        cart.add(tea)
        lab.advance(49.6)
        left, asked = cart.ttl(), lab.last_call
        # On a machine that stood still for a moment, the cart may really be gone.
        if left is not None or contents(cart):
            lab.last_call = asked
            expect(left).to_be(lambda seen: seen is not None, "a number of seconds, 0 perhaps", hint)
            break
        cart.clear()
    cart.add(tea)
    expect_held(cart, tea)


@check(points=1, objective="ttl", guide="time-to-live")
def test_changes_restart_the_ttl(lab: Lab, rand: Random) -> None:
    """A change that leaves items in the cart restarts its time-to-live."""
    ttl, (tea, milk, jam), egg = rand.randrange(100, 900), words(rand, 3), "egg"
    cart, guest = lab.new("cart", "ann", ttl=ttl), lab.new("guest", "gus", ttl=ttl)
    cart.add(egg)
    cart.add(tea, 5)
    changes = [
        ("add of a new item", lambda: cart.add(milk, 2)),
        ("add of an item that was there", lambda: cart.add(milk, 1)),
        ("set_quantity of an item that was there", lambda: cart.set_quantity(milk, 7)),
        ("set_quantity to fewer", lambda: cart.set_quantity(milk, 2)),
        ("set_quantity of a new item", lambda: cart.set_quantity(jam, 3)),
        ("set_quantity to 0, which left other items,", lambda: cart.set_quantity(jam, 0)),
        ("remove, which left other items,", lambda: cart.remove(milk)),
        ("merge", lambda: cart.merge("gus")),
        ("remove, which left one item,", lambda: cart.remove(egg)),
    ]
    left = {egg, tea}
    for change, make in changes:
        lab.advance(ttl - 20)
        # The cart was last changed by an add: where that set no expiry, no other method is to blame.
        alive = any_key(lab)
        if change == "merge":
            guest.add(tea, 1)
        make()
        lab.advance(ttl - 20)
        last = change if alive else "add of an item that was there"
        what = f"What is in a cart with ttl={ttl}, {ttl - 20} seconds after {last}"
        hint = partial(why_gone, lab, cart, last, alive=alive)
        left -= {egg} if "one item" in change else set()
        held = [holding(item) for item in left]
        expect_contents(cart, what).to_be(
            lambda seen, held=held: all(has(seen) for has in held), "a cart with what was in it before", hint
        )
        cart.add(tea)
    expect_restart_at_once(lab, rand)


def expect_restart_at_once(lab: Lab, rand: Random) -> None:
    """A change soon after another one restarts the time too, on a cart of its own for each change."""
    ttl, (tea, milk) = 100, words(rand, 2)
    changes: dict[str, Callable[[StandIn], object]] = {
        "add": lambda cart: cart.add(tea),
        "set_quantity": lambda cart: cart.set_quantity(tea, 3),
        "remove": lambda cart: cart.remove(milk),
    }
    carts = {name: lab.new(f"soon{n}", word(rand, 9), ttl=ttl) for n, name in enumerate(changes)}
    for cart in carts.values():
        fill(cart, {tea: 2, milk: 1})
    lab.advance(SOON)
    changed = lab.now
    for name, change in changes.items():
        change(carts[name])
    lab.advance(changed + ttl - ROOM - lab.now)
    for name, cart in carts.items():
        what = f"What is in a cart with ttl={ttl}, {ttl - ROOM} seconds after {name}"
        hint = lab.refused_expiry() or "Each change restarts the time, however much of it is left."
        expect_contents(cart, what).to_be(holding(tea), "a cart with what was in it before", hint)


def why_gone(lab: Lab, cart: StandIn, change: str, *, alive: bool) -> str:
    """The hint where a change, of a cart that was there, did not restart the time-to-live."""
    if alive and peek(lab, cart):
        return (
            "Some items are gone and others are not: with an expiry on each field, a change sets all of them."
        )
    return (
        lab.refused_expiry()
        or f"{change.split(maxsplit=1)[0].strip(',')} changes the cart: it sets the expiry again."
    )


@check(points=0.5, objective="ttl", guide="time-to-live")
def test_reading_does_not_restart_the_ttl(lab: Lab, rand: Random) -> None:
    """Reading never restarts the time-to-live."""
    tea = word(rand)
    reads: dict[str, Idle] = {
        "items": lambda cart, _: cart.items.answer(),
        "quantity": lambda cart, _: cart.quantity.answer(tea),
        "quantity of another item": lambda cart, _: cart.quantity.answer("none"),
        "count": lambda cart, _: cart.count.answer(),
        "total": lambda cart, _: cart.total.answer({tea: 3}),
        "ttl": lambda cart, _: cart.ttl.answer(),
    }
    expect_expired(lab, rand, tea, reads)


@check(points=0.5, objective="ttl", guide="time-to-live")
def test_raising_does_not_restart_the_ttl(lab: Lab, rand: Random) -> None:
    """A call that raises never restarts the time-to-live."""
    tea = word(rand)
    calls: dict[str, Idle] = {
        "total without a price": lambda cart, _: cart.total.answer({}),
        "remove of an empty name": lambda cart, _: cart.remove.answer(""),
        "quantity of an empty name": lambda cart, _: cart.quantity.answer(""),
        "merge with an empty name": lambda cart, _: cart.merge.answer(""),
        "merge with the user's own id": lambda cart, user: cart.merge.answer(user),
        "add of an empty name": lambda cart, _: cart.add.answer("", 1),
        "add of a quantity of 0": lambda cart, _: cart.add.answer(tea, 0),
        "set_quantity of an empty name": lambda cart, _: cart.set_quantity.answer("", 1),
        "set_quantity to -1": lambda cart, _: cart.set_quantity.answer(tea, -1),
    }
    expect_expired(lab, rand, tea, calls, Raised)


def expect_expired(lab: Lab, rand: Random, item: str, calls: dict[str, Idle], kind: type = Returned) -> None:
    """Each call, on a cart of its own shortly before the end, leaves the end where it was.

    Where a call doesn't end in the way that this is about, it says nothing here.
    """
    ttl, users = rand.randrange(100, 900), words(rand, len(calls))
    carts = list(lab.new_each("cart", users, ttl=ttl).values())
    control = lab.new("control", word(rand, 9), ttl=ttl)
    for cart in (*carts, control):
        cart.add(item, 5)
    lab.advance(ttl - 10)
    answers, sent = [], []
    for call, cart, user in zip(calls.values(), carts, users, strict=True):
        with lab.traffic() as traffic:
            answers.append(call(cart, user))
        sent.append(", ".join(traffic.recording.names[:SHOWN_NAMES]) or "nothing")
    idle = [cart for cart, answer in zip(carts, answers, strict=True) if isinstance(answer, kind)]
    lab.advance(10 + ROOM)
    if contents(control):
        idle = []  # nothing expires at all, or ever later: another check's affair
    for name, cart, names in zip(calls, carts, sent, strict=True):
        if cart in idle:
            hint = f"Only a change restarts the time-to-live, and {name} is none; here it sent {names}."
            what = f"What is in a cart {ttl} seconds after its last change, with {name} in between"
            expect_contents(cart, what).to_equal({}, hint=hint)
    carts[0].add(item)
    expect_held(carts[0], item)


@check(points=0.5, objective="ttl", guide="merge-and-checkout")
def test_merge_gives_this_carts_ttl(lab: Lab, rand: Random) -> None:
    """After a merge the cart has its own time-to-live, also where it was empty before."""
    ttl, tea = rand.randrange(100, 900), word(rand)
    merged = [older_cart(lab, ttl, tea)]
    first = lab.now
    for was, more in (("empty", 400), ("not empty", 400), ("not empty", -60)):
        carts = two_carts(lab, rand, f"cart{len(merged)}_", ttl=ttl)
        for cart in carts:
            guest = word(rand, 8)
            lab.new("guest", guest, ttl=ttl + more).add(tea, 3)
            if was == "not empty":
                cart.add(tea)
            cart.merge(guest)
        merged.append((f"What is in a cart with ttl={ttl} that was {was} before the merge", carts))
    hint = "The merged cart lives as long as this cart's ttl says, not the guest's."
    last = lab.now
    lab.advance(first + ttl - ROOM - last)
    for what, (early, _) in merged:
        expect_contents(early, f"{what}, shortly before its end").to_be(
            holding(tea), "what was in it, for it still lives", hint
        )
    lab.advance(last + ttl + ROOM - lab.now)
    for what, (_, late) in merged:
        seen = expect_contents(late, f"{what}, shortly after its end")
        seen.to_equal({}, hint=lambda: why_eternal(lab) or hint)


def older_cart(lab: Lab, ttl: int, item: str) -> tuple[str, tuple[StandIn, StandIn]]:
    """A cart that took over a guest's when both had less time left, the guest's the least; and what it is."""
    carts = (lab.new("older1", "older", ttl=ttl), lab.new("older2", "older too", ttl=ttl))
    for cart in carts:
        cart.add(item)
    lab.advance(40)
    for number, cart in enumerate(carts):
        lab.new("guest", f"short {number}", ttl=20).add(item, 3)
        cart.merge(f"short {number}")
    return f"What is in a cart with ttl={ttl} that was 40 seconds old before the merge", carts
