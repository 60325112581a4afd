"""Checks of two callers at once."""

from collections.abc import Sequence
from functools import partial
from random import Random
from typing import Any

from grader.interleave.calls import Answer, Call, Raised, Returned, show
from grader.interleave.explorer import Ending
from grader.interleave.moves import all_begin, in_turn
from grader.results import Value
from grader.sandbox.inside.worker_wire import Opaque
from grader.suites.cart_model import carts
from grader.suites.cart_rules import NO_DICT, contents, expect_contents, fill, key_names, plain, strangers
from grader.suites.check import check
from grader.suites.clues import Lost, Pick, pick
from grader.suites.expect import expect, is_number
from grader.suites.hindered import AGAIN, ONE_STEP_EACH, hinder
from grader.suites.lab import Calls, Lab, Scenario, StandIn
from grader.suites.names import SHARED_STATE, word, words
from grader.suites.sequential import Sequential

USERS = ("ann", "bob", "guest", "guest2")
# Where one caller alone gets a wrong answer, a race says nothing new.
MERGES = ("merge_adds_the_guests_quantities",)
CHECKS_OUT = ("checkout_takes_everything_out",)
CARTS: dict[str, tuple[str, ...]] = {"ann": ("ann",), "guest": ("guest",)}
ONE_STEP = "Reading the guest's cart, adding it here and deleting it there must be one atomic step."
ann, bob, guest, guest2 = map(Calls, USERS)


class Race(Sequential):
    """Holds a race to what carts do one call after the other: to what is in them, and what checkouts gave.

    What the other calls return is judged by their own checks.
    """

    def __init__(self, scenario: Scenario, verdict: str) -> None:
        super().__init__(carts(*USERS), scenario, verdict)
        self._calls = (*scenario.together, *scenario.look)
        self._judged = [n for n, call in enumerate(self._calls) if call.method in {"checkout", "items"}]
        self._wanted = [tuple(outcome[place] for place in self._judged) for outcome in self._right]

    def __call__(self, ending: Ending) -> str:
        """Give a sentence for what is wrong; '' where nothing is."""
        answers = (*ending.answers, *ending.look)
        for call, answer in zip(self._calls, answers, strict=True):
            if isinstance(answer, Raised):
                return f"{call} raised {answer}, though it may not."
        seen = tuple(without_zeros(answers[place]) for place in self._judged)
        return "" if seen in self._wanted else self._verdict

    @property
    def expected(self) -> Value:
        """Every right ending: a line for each call that is judged, an empty line between two endings."""
        calls = [self._calls[place] for place in self._judged]
        each = ("\n".join(map("{} → {}".format, calls, map(show, one))) for one in self._wanted)
        return Value("\n\n".join(dict.fromkeys(each)))


def without_zeros(answer: Answer) -> object:
    """What a call gave, in any form; quantities of 0 are another check's affair."""
    value = plain(answer.value) if isinstance(answer, Returned) else answer
    return {item: many for item, many in value.items() if many} if isinstance(value, dict) else value


def race(lab: Lab, together: tuple[Call, ...], setup: tuple[Call, ...], verdict: str, hint: Pick) -> int:
    """Try every order of the calls, and look into the carts of all who are in it; how many there were."""
    users = {call.on for call in (*together, *setup)} | {call.args[0] for call in together if is_merge(call)}
    names = [user for user in USERS if user in users]
    look = tuple(Calls(user).items() for user in names)
    scenario = Scenario({user: (user,) for user in names}, together, setup, look)
    return lab.race(scenario, Race(scenario, verdict), partial(seen_hint, lab, names, hint))


def seen_hint(lab: Lab, users: Sequence[str], hint: Pick, lost: Lost) -> str:
    """The hint, unless it is seen that the race isn't the matter."""
    answers = (*lost.ending.answers, *lost.ending.look)
    if any(isinstance(getattr(one, "value", None), Opaque) for one in answers):
        return NO_DICT
    if lost.torn or lost.raised:
        return hint(lost)
    here, there, *_ = (StandIn(lab, lab.stage.actors[name], users[0]) for name in lost.calls)
    return SHARED_STATE if strangers(lab, here, there) else hint(lost)


def units(seen: Any, item: str) -> int:
    """How many of an item are in what items or checkout gave."""
    many = seen.get(item) if isinstance(seen, dict) else None
    return many if isinstance(many, int) else 0


def is_merge(call: Call) -> bool:
    """Whether its argument is a user."""
    return call.method == "merge"


@check(points=1, objective="atomicity", guide="lost-updates")
def test_two_adds_both_count(lab: Lab, rand: Random) -> None:
    """Two adds at once: both count."""
    tea = word(rand)
    hint = pick("Reading, adding in Python and writing back loses what happens between.", "add")
    for setup in ((ann.add(tea, 1),), ()):
        tried = race(lab, (ann.add(tea, 2), ann.add(tea, 3)), setup, "An add was lost.", hint)
    if tried > ONE_STEP_EACH:
        add_hindered(lab, tea)


def add_hindered(lab: Lab, tea: str) -> None:
    """An add counts beside any number of others, however often it has to try."""
    answer, changes, caller = hinder(
        lab, Scenario(CARTS, (ann.add(tea, 100), ann.add(tea, 1)), (ann.add(tea, 1),))
    )
    if not isinstance(answer, Raised):  # who raises at last has added nothing
        with lab.unseen():
            seen = units(contents(StandIn(lab, caller, "ann")), tea)
        expect(seen, f"The quantity after an add beside {changes} others").to_equal(101 + changes, hint=AGAIN)


@check(points=0.5, objective="atomicity", guide="lost-updates", needs=("add_returns_the_new_quantity",))
def test_each_add_returns_a_true_quantity(lab: Lab, rand: Random) -> None:
    """Of two adds at once each returns a quantity that the item has after it."""
    tea = word(rand)
    scenario = Scenario({"ann": ("ann",)}, (ann.add(tea, 2), ann.add(tea, 3)), (ann.add(tea, 1),))

    def judge(ending: Ending) -> str:
        seen = tuple(getattr(answer, "value", answer) for answer in ending.answers)
        # A module that reads after both adds gives the sum of all twice, which is true as well.
        right = seen in ((3, 6), (6, 4), (6, 6))
        return "" if right else f"The adds of 2 and 3 to a quantity of 1 returned {show(seen)}."

    hint = pick("HINCRBY returns the new quantity; one that was read before may be out of date.", "add")
    lab.race(scenario, judge, partial(seen_hint, lab, ["ann"], hint))
    hint = pick(
        "HINCRBY returns the new quantity; one that is read later may be that of an empty cart.", "add"
    )
    objects = {"ann": ("ann",), "bob": ("bob",)}
    for beside in (ann.remove(tea), ann.checkout(), bob.merge("ann")):
        scenario = Scenario(objects, (ann.add(tea, 2), beside), (ann.add(tea, 1),))
        lab.race(scenario, partial(too_few, 2, beside), partial(seen_hint, lab, ["ann"], hint))


def too_few(added: int, beside: Call, ending: Ending) -> str:
    """A sentence where an add returned less than it added, as who reads after it may."""
    answer = ending.answers[0]
    if isinstance(answer, Raised):
        return f"An add beside {beside} raised {answer}, though it may not."
    few = is_number(answer.value) and answer.value < added
    return f"An add of {added} beside {beside} returned {show(answer.value)}." if few else ""


@check(points=0.5, objective="atomicity", guide="lost-updates")
def test_adds_of_different_items(lab: Lab, rand: Random) -> None:
    """Two adds of different items at once, and a change of one item beside an add of another: both count."""
    tea, milk = words(rand, 2)
    hint = pick("A change of one item must not write the others back as they were before.")
    verdict = "A change of one item undid that of another."
    zero, seven = ann.set_quantity(tea, 0), ann.set_quantity(tea, 7)
    for change, wanted in ((ann.add(tea, 2), 3), (ann.remove(tea), 0), (seven, 7), (zero, 0)):
        tried = race(lab, (change, ann.add(milk, 3)), (ann.add(tea, 1),), verdict, hint)
        if tried > ONE_STEP_EACH:
            change_hindered(lab, change, tea, milk, wanted)


def change_hindered(lab: Lab, change: Call, tea: str, milk: str, wanted: int) -> None:
    """A change of one item is made beside any number of adds of another, however often it has to try."""
    answer, changes, caller = hinder(lab, Scenario(CARTS, (change, ann.add(milk, 1)), (ann.add(tea, 1),)))
    if not isinstance(answer, Raised):  # who raises at last has changed nothing
        with lab.unseen():
            seen = units(contents(StandIn(lab, caller, "ann")), tea)
        what = f"The quantity after {change} beside {changes} adds of another item"
        expect(seen, what).to_equal(wanted, hint=AGAIN)


@check(points=0.5, objective="atomicity", guide="lost-updates", needs=("two_adds_both_count",))
def test_threads_of_one_process(lab: Lab, rand: Random) -> None:
    """Two threads that share one object add at once: both adds count."""
    tea, milk = words(rand, 2)
    hint = "Many threads may use one object: a call keeps what it needs in local variables, not in self."
    for first, second in ((tea, tea), (tea, milk)):
        cart = lab.new("ann", word(rand))
        cart.add(tea)
        answers = lab.together(cart.actor, [ann.add(first, 2), ann.add(second, 3)], all_begin)
        for answer in answers:
            raised = isinstance(answer, Raised)
            expect(raised, f"Whether an add raised ({answer})").to_equal(False, hint=hint)
        wanted = {tea: 6} if first == second else {tea: 3, milk: 3}
        expect_contents(cart).to_equal(wanted, hint=hint)
    cart.add(milk, 2)
    prices = {tea: 100, milk: 10}
    calls = [ann.total(prices), ann.count(), ann.total(prices), ann.count(), *map(ann.quantity, (tea, milk))]
    for call, answer in zip(calls, lab.together(cart.actor, calls, in_turn()), strict=True):
        alone = getattr(cart, call.method).answer(*call.args)  # whether this is right is seen elsewhere
        wanted, given = (getattr(one, "value", str(one)) for one in (alone, answer))
        expect(given, f"What {call} gave beside other threads").to_equal(wanted, hint=hint)
    change_in_threads(lab, tea, milk)
    merge_in_threads(lab, cart, tea)
    checkout_in_threads(lab, cart, tea)


def change_in_threads(lab: Lab, tea: str, milk: str) -> None:
    """Two threads set, or take out, an item each: all is as they wanted it."""
    setting = ann.set_quantity(milk, 9)
    for other, wanted in ((ann.set_quantity(tea, 7), {tea: 7, milk: 9}), (ann.remove(tea), {milk: 9})):
        cart = lab.new("ann", f"{other.method} in threads")
        fill(cart, {tea: 1, milk: 1})
        answers = lab.together(cart.actor, [other, setting], in_turn())
        hint = "Each thread changes the item, to the quantity, that it was told: this belongs to the call."
        for answer in answers:
            raised = isinstance(answer, Raised)
            expect(raised, f"Whether a change raised ({answer})").to_equal(False, hint=hint)
        expect_contents(cart).to_equal(wanted, hint=hint)


def checkout_in_threads(lab: Lab, cart: StandIn, item: str) -> None:
    """Two threads check out; said only of a checkout that goes well alone.

    That both get the items is another check's affair: here neither of them loses what it took.
    """
    cart.checkout.answer()
    cart.add(item, 2)
    alone = cart.checkout.answer()
    cart.add(item, 3)
    turn = in_turn()
    # Backwards, so that who began first goes on first, when the other has begun as well.
    answers = lab.together(cart.actor, [ann.checkout(), ann.checkout()], lambda moves: turn(moves[::-1]))
    if without_zeros(alone) == {item: 2}:
        taken = max(units(without_zeros(answer), item) for answer in answers)
        hint = "Each thread reads what it took out itself: its key's name belongs to the call, not to self."
        expect(taken, "The number of units that the luckier of two checkouts got").to_equal(3, hint=hint)


def merge_in_threads(lab: Lab, cart: StandIn, item: str) -> None:
    """Two threads merge a guest each; said only of a merge that goes well alone.

    What arrives is another check's affair: here each of them takes its own guest's units away.
    """
    users = ("gus", "gwen")
    guests, single = [lab.new(user, user) for user in users], lab.new("gil", "gil")
    single.add(item)
    cart.merge.answer("gil")
    for one in guests:
        one.add(item, 2)
    lab.together(cart.actor, [ann.merge(user) for user in users], in_turn())
    if single.quantity.answer(item) == Returned(0):
        left = [one.quantity(item) for one in guests]
        hint = "Each thread merges the guest that it was told: that belongs to the call, not to the object."
        expect(left, "The list of how many units are in both guests' carts").to_equal([0, 0], hint=hint)


@check(points=1, objective="atomicity", guide="merge-and-checkout", needs=MERGES)
def test_merge_beside_a_change(lab: Lab, rand: Random) -> None:
    """A merge beside a change of either cart: no unit is lost or doubled."""
    tea, milk = words(rand, 2)
    hint = pick(ONE_STEP, "merge")
    for beside in (
        ann.add(tea, 3),
        guest.add(tea, 3),
        guest.add(milk, 1),
        ann.set_quantity(tea, 7),
        guest.set_quantity(tea, 5),
        ann.remove(tea),
        ann.clear(),
    ):
        verdict = f"Units were lost or doubled by a merge beside {beside}."
        tried = race(lab, (ann.merge("guest"), beside), (ann.add(tea, 1), guest.add(tea, 2)), verdict, hint)
    if not isinstance(lab.new("alone", "alone").merge.answer("nobody"), Raised):  # else another check says so
        beside = guest.add(tea, 3)
        verdict = f"Units were lost or doubled by a merge of a cart that was empty, beside {beside}."
        race(lab, (ann.merge("guest"), beside), (ann.add(tea, 1),), verdict, hint)
    verdict = f"Units were lost or doubled by a merge into a cart that was empty, beside {ann.add(tea, 3)}."
    race(lab, (ann.merge("guest"), ann.add(tea, 3)), (guest.add(tea, 2),), verdict, hint)
    if tried > ONE_STEP_EACH:
        merge_hindered(lab, tea)


def merge_hindered(lab: Lab, tea: str) -> None:
    """A merge loses no unit, however often it has to try."""
    setup = (ann.add(tea, 1), guest.add(tea, 100))
    _, changes, caller = hinder(lab, Scenario(CARTS, (ann.merge("guest"), guest.add(tea, 1)), setup))
    with lab.unseen():
        seen = [units(contents(StandIn(lab, caller, user)), tea) for user in ("ann", "guest")]
    what = f"The number of units in both carts after a merge beside {changes} adds"
    expect(sum(seen), what).to_equal(101 + changes, hint=AGAIN)


@check(points=1, objective="atomicity", guide="merge-and-checkout", needs=MERGES)
def test_merge_beside_merge(lab: Lab, rand: Random) -> None:
    """Two merges at once, of one guest or of two: each unit arrives once, and a guest's cart as a whole."""
    tea, milk = words(rand, 2)
    hint = pick("Who takes the guest's cart must take it, whole, in the same step that reads it.", "merge")
    verdict = "Units were lost, doubled or torn apart by two merges."
    setup = (ann.add(tea, 1), guest.add(tea, 2), guest.add(milk, 5), guest2.add(tea, 4))
    race(lab, (ann.merge("guest"), bob.merge("guest")), setup[:-1], verdict, hint)
    race(lab, (ann.merge("guest"), ann.merge("guest2")), setup, verdict, hint)


@check(points=0.5, objective="atomicity", guide="merge-and-checkout", needs=MERGES)
def test_merges_of_two_into_each_other(lab: Lab, rand: Random) -> None:
    """Two users at once, each of whom merges the other's cart: all units are in one of the two carts."""
    tea, milk = words(rand, 2)
    hint = pick(
        "Both carts change in one step; locks of two carts are taken in the same order by everybody.", "merge"
    )
    verdict = "After two merges into each other the units are not all in one cart."
    setup = (ann.add(tea, 1), bob.add(tea, 2), bob.add(milk, 4))
    race(lab, (ann.merge("bob"), bob.merge("ann")), setup, verdict, hint)


@check(points=1, objective="atomicity", guide="merge-and-checkout", needs=CHECKS_OUT)
def test_two_checkouts(lab: Lab, rand: Random) -> None:
    """Of two checkouts at once one gets the items and the other an empty dict."""
    tea, milk = words(rand, 2)
    two, setup = (ann.checkout(), ann.checkout()), (ann.add(tea, 2), ann.add(milk, 3))
    hint = pick("Reading the cart and deleting it in two steps lets two callers read it.", "checkout")
    verdict = "The items did not go to exactly one of the two checkouts."
    race(lab, two, setup, verdict, hint)
    hint = pick("What one checkout has taken out must be out of reach of the other.", "checkout")
    race(lab, (*two, ann.set_quantity(tea, 5)), setup, verdict, hint)
    hint = pick(
        "A key that holds what is taken out needs a name of its own for each user and call.", "checkout"
    )
    verdict = "Two users checked out at once, and did not get what was in their own carts."
    race(lab, (ann.checkout(), bob.checkout()), (ann.add(tea, 2), bob.add(milk, 3)), verdict, hint)


@check(points=1, objective="atomicity", guide="merge-and-checkout", needs=CHECKS_OUT)
def test_checkout_beside_a_change(lab: Lab, rand: Random) -> None:
    """An add beside a checkout is in the result or still in the cart, and so is a new quantity."""
    tea, milk = words(rand, 2)
    hint = pick("What comes between reading the cart and deleting it is lost.", "checkout")
    for beside in (ann.add(tea, 3), ann.add(milk, 1), ann.set_quantity(tea, 9)):
        verdict = f"{beside} beside the checkout was lost or counted twice."
        tried = race(lab, (ann.checkout(), beside), (ann.add(tea, 2),), verdict, hint)
    if tried > ONE_STEP_EACH:
        checkout_hindered(lab, tea)
        expect_no_key_left(lab, tea)


def expect_no_key_left(lab: Lab, tea: str) -> None:
    """Where a checkout leaves an empty cart there is no key of the user's, whatever an add beside it did."""
    lab.empty()
    cart, before = lab.new("ann", "ann"), key_names(lab)
    for _ in range(2):
        before = key_names(lab)  # such as are there for everybody
        cart.add(tea, 3)
        cart.checkout()
    known, before = before, key_names(lab)
    if known != before:
        return  # more are left without a race too: another check's affair

    def judge(ending: Ending) -> str:
        left = [name for name in key_names(lab) if name not in before]
        emptied = ending.look == (Returned({}),) and not isinstance(ending.answers[0], Raised)
        return (
            f"The user's cart is empty, and the key {left[0]!r} is still there." if emptied and left else ""
        )

    together = (ann.add(tea, 3), ann.checkout())
    scenario = Scenario({"ann": ("ann",)}, together, (ann.add(tea, 2),), (ann.items(),))
    hint = "What belongs to a cart is written, and deleted, in the same atomic step as the cart itself."
    lab.race(scenario, judge, pick(hint))


def checkout_hindered(lab: Lab, tea: str) -> None:
    """A checkout loses no unit, however often it has to try."""
    answer, changes, caller = hinder(
        lab, Scenario(CARTS, (ann.checkout(), ann.add(tea, 1)), (ann.add(tea, 100),))
    )
    if isinstance(answer, Returned):
        taken = units(plain(answer.value), tea)
        expect(taken, "What checkout gave of 100 units and more").to_be_between(100, 100 + changes, AGAIN)
        with lab.unseen():
            left = units(contents(StandIn(lab, caller, "ann")), tea)
        what = f"The number of units in the answer and in the cart after a checkout beside {changes} adds"
        expect(taken + left, what).to_equal(100 + changes, hint=AGAIN)


@check(points=0.5, objective="atomicity", guide="merge-and-checkout", needs=(*MERGES, *CHECKS_OUT))
def test_checkout_beside_merge(lab: Lab, rand: Random) -> None:
    """Beside a merge, a checkout of either cart gets what was there before or after it, each unit once."""
    tea, milk = words(rand, 2)
    hint = pick("Merge and checkout are one atomic step each: none sees half of the other.")
    setup = (ann.add(tea, 1), guest.add(tea, 2), guest.add(milk, 4))
    for checkout in (ann.checkout(), guest.checkout()):
        verdict = f"{checkout} beside the merge lost units, or gave some that are in a cart too."
        race(lab, (ann.merge("guest"), checkout), setup, verdict, hint)
