"""Checks of expiries that are set with the data, and of processes that die in mid-call."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random

from grader.interleave.actor import Actor
from grader.interleave.calls import Call, Returned
from grader.interleave.moves import Move
from grader.proxy.link import unit_length
from grader.suites.cart_quantities import SAME_STEP
from grader.suites.cart_rules import contents, expect_held, fill, plain, units_of
from grader.suites.check import check
from grader.suites.expect import CheckFailedError, sentence
from grader.suites.keys import read_keys
from grader.suites.lab import Calls, Lab, Pending, StandIn
from grader.suites.names import words
from grader.suites.steps import PROGRAMS, may_write

ONE_STEP = "The data and its expiry go in one atomic step: MULTI/EXEC, a script, one command."
HELPERS = "A helper key such as a lock expires too: SET takes NX and EX in one command."
EMPTIED = (
    "Here the cart was checked out in the middle of the call, and the next write made a key anew: a write and"
    " its expiry go in one atomic step, whether there is a cart or not."
)
MOST_TURNS = 20  # commands of a call between which somebody comes
PATIENCE = 12  # commands in a row, after which who waits for somebody makes room
GUEST_TTL = 200  # whose end comes after one such wait, and before a second
LONG_ENOUGH = 120  # seconds after which a lock of somebody who died is gone, and a cart is not
TTLS = {"ann": 1800, "guest": GUEST_TTL}
ann = Calls("ann")
Quantities = Mapping[str, int]


@check(points=0.5, objective="crashes", guide="crashes-and-expiry")
def test_every_key_expires(lab: Lab, rand: Random) -> None:
    """Every key that the module writes has an expiry, helper keys too."""
    tea, milk = words(rand, 2)
    cart, guest = lab.new("cart", "ann", ttl=900), lab.new("guest", "gus", ttl=900)
    hint = "Each write sets the expiry with the data, in one atomic step."
    lab.expect_every_key_expires(hint)
    reads = (
        *(cart.items.answer, cart.count.answer, cart.ttl.answer),
        *(lambda: cart.quantity.answer(tea), lambda: cart.total.answer({tea: 1})),
    )
    steps = [
        lambda: cart.add(tea, 2),
        *reads,
        lambda: cart.set_quantity(milk, 3),
        lambda: cart.set_quantity(milk, 4),
        lambda: cart.remove(tea),
        lambda: guest.add(tea, 1),
        lambda: cart.merge("gus"),
        cart.checkout,
        lambda: cart.set_quantity(tea, 3),
        lambda: guest.merge("ann"),
        lambda: guest.merge.answer("nobody"),
    ]
    for step in steps:
        step()
        lab.expect_every_key_expires(hint)
    cart.add(tea)
    expect_held(cart, tea)


@dataclass(frozen=True)
class Aftermath:
    """What has to hold after a crash, beside expiries: ``wrong`` gives a sentence where it doesn't."""

    wrong: Callable[[], str] = lambda: ""
    hint: str = ONE_STEP
    about_expiry: str = ""  # the hint where a key is left without one, if it is another


def crash(lab: Lab, call: Call, before: Mapping[str, Quantities], after: Aftermath = Aftermath()) -> None:
    """Kill the caller after each of its commands, and look at what it left."""

    def prepare() -> tuple[StandIn, Call]:
        lab.empty()
        victim = lab.victim()
        made = {user: lab.new(user, user, ttl=TTLS[user], actor=victim) for user in ("ann", *before)}
        for user, quantities in before.items():
            fill(made[user], quantities)
        return made["ann"], call

    hint = after.hint

    def judge() -> str:
        nonlocal hint
        if eternal := [state for state in lab.keys() if state.ttl is None]:
            hint = HELPERS if eternal[0].type == "string" else after.about_expiry or after.hint
            return f"The crash left the key {eternal[0].key!r} without an expiry."
        return after.wrong()

    lab.crash_in(prepare, judge, lambda: hint)


def empty_in_between(lab: Lab, call: Call, caller: Actor, other: Actor) -> None:
    """Check out between two commands of a call, any two: at no time would a crash leave a key for ever."""
    for turn in range(MOST_TURNS):
        lab.empty()
        cart, guest = (lab.new(user, user, ttl=TTLS[user], actor=caller) for user in ("ann", "guest"))
        till = lab.new("till", "ann", actor=other)
        fill(cart, {"tea": 1, "jam": 1})
        fill(guest, {"tea": 2})
        lab.evidence_from = lab.last_number + 1
        between = Between(lab, caller, other, turn)
        changing, emptying = Pending(lab, caller, call), till.checkout.begin()
        lab.stage.run(lambda a=changing, b=emptying: a.done and b.done, between.choose)
        changing.answer()
        emptying.answer()
        lab.last_call = f"{call} beside {emptying.call}"
        between.look()
        if between.eternal:
            raise CheckFailedError(
                "A key was left without an expiry.",
                sentence("every key has an expiry"),
                sentence(f"no expiry on {between.eternal[0]!r}"),
                EMPTIED,
            )
        if between.made <= turn + 1:
            return  # later, the call has nothing left to send


class Between:
    """Lets a caller send so many commands, then the other all of its own, then the caller go on."""

    def __init__(self, lab: Lab, caller: Actor, other: Actor, turn: int) -> None:
        self._lab, self._caller, self._other, self._turn = lab, caller, other, turn
        self._in_a_row = 0  # of the other's: where it waits for the caller, the caller has to go on
        self.made = 0
        self.eternal: list[str] = []  # keys that once had no expiry

    def choose(self, moves: Sequence[Move]) -> Move:
        """The next move, of one step."""
        self.look()
        own = [move for move in moves if move.actor == self._caller.name]
        others = [move for move in moves if move not in own]
        first = self.made < self._turn or self._in_a_row >= PATIENCE
        move = (own + others if first else others + own)[0]
        self.made += move in own
        self._in_a_row = 0 if move in own else self._in_a_row + 1
        return move if move.link is None else replace(move, count=unit_length(move.link.held))

    def look(self) -> None:
        """Note the keys that have no expiry when the other has done its work."""
        if not self._other.busy:  # lab.keys may move the expiries, which touches watched keys
            keys = read_keys(self._lab.stage.kit.admin)
            self.eternal += [state.key for state in keys if state.ttl is None]


@check(points=1, objective="crashes", guide="crashes-and-expiry", needs=("every_key_expires",))
def test_a_crash_leaves_no_key_without_expiry(lab: Lab) -> None:
    """No crash, after any command of a change, leaves a key that never expires, or a wrong count."""
    some, other = {"ann": {"tea": 1, "jam": 1}}, lab.enter()
    counted = counted_by(lab, lab.new("ann", "ann", actor=other))
    for call, before in (
        (ann.add("milk", 2), {}),
        (ann.set_quantity("milk", 2), {}),
        (ann.remove("tea"), some),
        (ann.clear(), some),
    ):
        crash(lab, call, before, counted)
    crash_readers(lab, some)
    caller = lab.victim()
    for call in (ann.add("tea", 2), ann.set_quantity("tea", 2), ann.remove("tea")):
        empty_in_between(lab, call, caller, other)
    cart = lab.new("ann", "ann", actor=lab.victim())
    cart.add("tea")
    expect_held(cart, "tea")


def counted_by(lab: Lab, witness: StandIn) -> Aftermath:
    """After a crash count is the units that items gives, where it is so without one."""

    def wrong() -> str:
        units, count = units_of(witness.items.answer()), witness.count.answer()
        if units is None or count == Returned(units):
            return ""
        return f"The crash left {units} units in the cart, and count gives {count}."

    lab.empty()
    cart = lab.new("ann", "ann", actor=lab.victim())
    for quantities in ({"tea": 3}, {"jam": 4}):
        fill(cart, quantities)
        if wrong():
            return Aftermath()
    return Aftermath(wrong, SAME_STEP, about_expiry=ONE_STEP)


def crash_readers(lab: Lab, before: Mapping[str, Quantities]) -> None:
    """Kill the caller of a reading method too, where it writes: a lock, say."""
    lab.empty()
    cart = lab.new("ann", "ann", actor=lab.victim())
    fill(cart, before["ann"])
    prices = {"tea": 1, "jam": 1}
    for call in (ann.items(), ann.count(), ann.ttl(), ann.quantity("tea"), ann.total(prices)):
        number = lab.last_number
        getattr(cart, call.method).answer(*call.args)
        names = {one.name for one in lab.sent_since(number).sent} - PROGRAMS
        if any(may_write(lab.stage.kit.admin, name) for name in names):
            crash(lab, call, before)
            cart = lab.new("ann", "ann", actor=lab.victim())


@check(
    points=1,
    objective="crashes",
    guide="merge-and-checkout",
    needs=("every_key_expires", "merge_adds_the_guests_quantities"),
)
def test_a_crash_in_merge(lab: Lab) -> None:
    """Wherever the process dies in a merge, no unit is lost or doubled, and every key has an expiry."""
    witness = lab.enter()
    mine, guest = (lab.new(user, user, ttl=TTLS[user], actor=witness) for user in ("ann", "guest"))
    theirs = {"tea": 2, "jam": 4}
    hint = "Reading the guest's cart, adding it here, its expiry, and deleting it there are one atomic step."
    for own, merged in (({"tea": 1}, {"tea": 3, "jam": 4}), ({}, theirs)):
        # Which time-to-live a merge gives that nothing interrupts is another check's affair.
        lab.empty()
        fill(mine, own)
        fill(guest, theirs)
        mine.merge("guest")
        lab.advance(2 * LONG_ENOUGH)
        lasts = contents(mine) == merged

        def wrong(own: Quantities = own, merged: Quantities = merged, *, lasts: bool = lasts) -> str:
            began = lab.now
            lab.advance(LONG_ENOUGH)
            seen = contents(mine), contents(guest)
            if seen not in ((own, theirs), (merged, {})):
                return f"The crash left {seen[0]} in the user's cart and {seen[1]} in the guest's."
            if lasts and seen[0] == merged:
                lab.advance(LONG_ENOUGH)
                if contents(mine) != merged:
                    return "The crash left the merged cart without this cart's time-to-live: it is gone."
            mine.merge("guest")
            seen = contents(mine), contents(guest)
            # Who has to wait for long for a dead caller's lock may find that the guest's cart has expired.
            if lab.now - began > GUEST_TTL and seen == (own, {}):
                return ""
            return "" if seen == (merged, {}) else f"Merged once more after the crash, the carts hold {seen}."

        crash(lab, ann.merge("guest"), {"ann": own, "guest": theirs}, Aftermath(wrong, hint))
    empty_in_between(lab, ann.merge("guest"), lab.victim(), witness)


@check(
    points=0.5,
    objective="crashes",
    guide="merge-and-checkout",
    needs=("every_key_expires", "checkout_takes_everything_out"),
)
def test_a_crash_in_checkout(lab: Lab) -> None:
    """A crash in checkout may lose the answer, but leaves no key without expiry, and no unit twice."""
    cart = lab.new("ann", "ann", actor=lab.enter())
    before = {"tea": 2, "milk": 3}

    def wrong() -> str:
        lab.advance(LONG_ENOUGH)
        if (left := contents(cart)) not in ({}, before):
            return f"The crash left part of the cart: {left}."
        first, second = plain(cart.checkout()), plain(cart.checkout())
        if first not in ({}, before):
            return f"The next checkout after the crash gave {first}, and {before} was in the cart."
        if first and second:
            return f"After the crash two checkouts gave the same items: {first}."
        if left := contents(cart):
            return f"After the crash and a checkout the cart holds {left}."
        cart.add("tea")
        again = plain(cart.checkout())
        if again != {"tea": 1}:
            return f"After the crash, 1 tea was added; the next checkout gave {again}."
        return ""

    hint = "Taking everything out is one atomic step; a key that holds it meanwhile keeps its expiry."
    crash(lab, ann.checkout(), {"ann": before}, Aftermath(wrong, hint))
