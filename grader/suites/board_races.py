"""Checks of two callers at once."""

from dataclasses import dataclass, replace
from itertools import pairwise
from random import Random
from typing import Any

from grader.interleave.calls import Call, Raised
from grader.interleave.explorer import Ending
from grader.results import Schedule, StepKind
from grader.suites.board_expiry import Ends
from grader.suites.board_model import BoardModel
from grader.suites.check import check
from grader.suites.clues import NO_ERROR, ONE_AFTER_THE_OTHER, pick
from grader.suites.expect import CheckFailedError, expect, sentence
from grader.suites.hindered import AGAIN, ONE_STEP_EACH, hinder
from grader.suites.lab import Calls, Lab, Scenario, StandIn
from grader.suites.names import words
from grader.suites.sequential import Sequential

TTL = 100
CHANGES = 24  # beside one call: six times in a row others are faster than one that tries in four steps
TIMED = 900  # of a board on which a race is about something else than its end
ALONE = "One call after the other gives a wrong answer already, without a race: mend that first."
COMPARE = "Compare expected and seen, call by call: no second caller is needed to see what differs."
ETERNAL = (
    "The step that writes a key gives it its expiry too, and decides in the same moment whether it is new."
)
EXTENDED = "The next score, ten seconds after the race, began the board's time anew."
KEPT = "the end that the first score set"
HALVES = (
    "What remembers the board's end goes in the step that removes the last player, not in one of its own: a "
    "new board may have begun in between."
)
ELSEWHERE = "It goes wrong without a second caller too: mend that first."
it = Calls("board")


class Race(Sequential):
    """Holds a race on one board to what a board does one call after the other; keys have to expire too."""

    def __init__(self, lab: Lab, scenario: Scenario, rule: "Rule") -> None:
        super().__init__({"board": BoardModel()}, scenario, rule.verdict)
        self._lab = lab
        self._keeps_its_end = rule.keeps_its_end
        self._expires = TTL in scenario.objects["board"]

    def __call__(self, ending: Ending) -> str:
        """Give a sentence for what is wrong; '' where nothing is."""
        wrong = super().__call__(ending)
        return wrong or (left_eternal(self._lab) or self._extended() if self._expires else "")

    def _extended(self) -> str:
        return extended(self._lab) if self._keeps_its_end else ""


@dataclass(frozen=True)
class Rule:
    """What a race shows: what is said where it goes wrong, and the time-to-live of its board."""

    verdict: str
    hint: str
    about: str = ""  # the method whose steps the hint is about
    ttl: int | None = None
    keeps_its_end: bool = False  # where nobody races: later scores do not extend it


def race(
    lab: Lab,
    together: tuple[Call, ...],
    setup: tuple[Call, ...],
    rule: Rule,
    look: tuple[Call, ...] = (),
) -> int:
    """Try every order of the calls on one board, and look at each player's score and at the size.

    Gives how many orders that were.
    """
    players = dict.fromkeys(call.args[0] for call in (*setup, *together))
    look = look or (*(it.score(player) for player in players), it.size())
    scenario = Scenario({"board": (name_of("race", rule.ttl), rule.ttl)}, together, setup, look)
    try:
        return lab.race(scenario, Race(lab, scenario, rule), pick(rule.hint, rule.about))
    except CheckFailedError as error:
        explain(lab, error, rule)
        raise


def name_of(what: str, ttl: int | None) -> str:
    """A board's name: all objects of one board are made with the same time-to-live."""
    return what if ttl is None else f"{what} for {ttl} s"


def explain(lab: Lab, error: CheckFailedError, rule: Rule) -> None:
    """Say more of what went wrong in a race than that it did."""
    schedule, eternal = lab.schedule, left_eternal(lab)
    if schedule is None:
        return
    if error.message == rule.verdict and error.hint == ONE_AFTER_THE_OTHER:
        error.message = ALONE
        lab.schedule = replace(schedule, verdict=ALONE)
    elif error.message == eternal:
        error.expected, error.seen = sentence("every key has an expiry"), sentence(eternal)
        error.hint = ETERNAL
    elif error.message == EXTENDED:
        error.expected, error.seen = sentence(KEPT), sentence("it ends later than before")
        error.hint = HALVES
    elif error.hint == NO_ERROR and one_after_the_other(schedule):
        error.hint = ELSEWHERE


def one_after_the_other(schedule: Schedule) -> bool:
    """Whether the second caller sent nothing before the first one's last command."""
    senders = [step.actor for step in schedule.steps if step.kind is StepKind.SENDS]
    return sum(one != other for one, other in pairwise(senders)) <= 1


def extended(lab: Lab) -> str:
    """A sentence where the score after a race begins the board's time anew."""
    ends, doing = Ends(lab), lab.last_call
    lab.advance(10)
    StandIn(lab, next(iter(lab.stage.actors.values())), "board").add("later", 1.0)
    ends.look()
    lab.last_call = doing  # what the judge looked at was another
    return EXTENDED if ends.by else ""


def left_eternal(lab: Lab) -> str:
    """A sentence about a key without an expiry."""
    eternal = lab.eternal_keys()
    return f"The key {eternal[0]!r} is left without an expiry." if eternal else ""


@check(points=1, objective="atomicity", guide="lost-updates")
def test_two_adds_both_count(lab: Lab, rand: Random) -> None:
    """Two adds at once: both count."""
    ann, bob = words(rand, 2)
    hint = "Reading, adding in Python and writing back loses what happens between."
    rule = Rule("An add was lost.", hint, "add")
    timed = replace(rule, ttl=TIMED)
    if race(lab, (it.add(ann, 2.0), it.add(ann, 3.5)), (it.add(ann, 1.0),), timed) > ONE_STEP_EACH:
        add_hindered(lab, ann, TIMED)
    race(lab, (it.add(ann, 2.0), it.add(bob, 3.5)), (it.add(ann, 1.0),), rule)
    if race(lab, (it.add(ann, 2.0), it.add(ann, 4.5)), (), rule) > ONE_STEP_EACH:
        add_hindered(lab, ann, None)
    race(lab, (it.add(ann, 2.0), it.add(ann, 5.0)), (), timed)  # the first score of all, twice


def add_hindered(lab: Lab, ann: str, ttl: int | None) -> None:
    """An add counts beside any number of others, however often it has to try."""
    done, changes, score = hindered(lab, it.add(ann, 100.0), it.add(ann, 1.0), ttl)
    if done:
        what = f"The score after an add beside {changes} others"
        expect(score, what).to_equal(101.0 + changes, hint=AGAIN)


def hindered(lab: Lab, call: Call, change: Call, ttl: int | None) -> tuple[bool, int, Any]:
    """Whether a call got through beside so many changes, and the score of its player afterwards.

    Who raises at last has changed nothing, and says so.
    """
    player = call.args[0]
    board = (name_of("hindered", ttl), ttl)
    scenario = Scenario({"board": board}, (call, change), (it.add(player, 1.0),))
    answer, changes, caller = hinder(lab, scenario, CHANGES)
    if isinstance(answer, Raised):
        return False, changes, None
    with lab.unseen():
        return True, changes, StandIn(lab, caller, "board").score(player)


@check(points=0.5, objective="atomicity", guide="lost-updates")
def test_of_two_submits_the_higher_stays(lab: Lab, rand: Random) -> None:
    """Two submits at once: the higher one stays."""
    ann = rand.choice(words(rand, 2))
    hint = "Between reading the old score and writing the new one, a better one may come."
    rule = Rule("The board is not as after one submit and then the other.", hint, "submit")
    timed = replace(rule, ttl=TIMED)
    if race(lab, (it.submit(ann, 7.0), it.submit(ann, 9.0)), (it.submit(ann, 5.0),), timed) > ONE_STEP_EACH:
        submit_hindered(lab, ann, TIMED)
    if race(lab, (it.submit(ann, -7.0), it.submit(ann, -9.0)), (), rule) > ONE_STEP_EACH:
        submit_hindered(lab, ann, None)
    race(lab, (it.submit(ann, 7.0), it.submit(ann, 9.0)), (), timed)  # the first score of all, twice


def submit_hindered(lab: Lab, ann: str, ttl: int | None) -> None:
    """A submit counts beside any number of adds of less, however often it has to try."""
    done, changes, score = hindered(lab, it.submit(ann, 100.0), it.add(ann, 1.0), ttl)
    if done:  # of the adds those that came after it count too
        what = f"The score after a submit of 100 beside {changes} adds of 1"
        expect(score, what).to_be_between(100.0, 100.0 + changes, hint=AGAIN)


@check(points=0.5, objective="atomicity", guide="lost-updates")
def test_submit_beside_add(lab: Lab, rand: Random) -> None:
    """A submit beside an add to the same player: neither undoes the other."""
    ann = rand.choice(words(rand, 2))
    hint = "Each change has to be one atomic step that looks at the score as it is then."
    rule = Rule("The submit undid the add, or the add the submit.", hint)
    race(lab, (it.submit(ann, 7.0), it.add(ann, 4.0)), (it.submit(ann, 5.0),), rule)
    timed = replace(rule, ttl=TIMED)
    race(lab, (it.submit(ann, 6.0), it.add(ann, 0.5)), (it.submit(ann, 5.0),), timed)


@check(points=0.5, objective="atomicity", guide="lost-updates")
def test_a_change_beside_remove(lab: Lab, rand: Random) -> None:
    """An add or a submit beside a remove of the same player: the board is that of one order or the other."""
    ann, bob = words(rand, 2)
    hint = (
        "Who is removed between reading and writing starts at 0 again: change the score in one atomic step."
    )
    rule = Rule("The board is not as after one call and then the other.", hint, "add")
    orders = race(lab, (it.add(ann, 4.0), it.remove(ann)), (it.add(ann, 5.0), it.add(bob, 1.0)), rule)
    timed = replace(rule, about="submit", ttl=TIMED)
    more = race(lab, (it.submit(ann, 4.0), it.remove(ann)), (it.submit(ann, 5.0),), timed)
    if max(orders, more) > ONE_STEP_EACH:
        remove_hindered(lab, ann, bob)


def remove_hindered(lab: Lab, ann: str, bob: str) -> None:
    """Who is removed is gone, however many scores of others come meanwhile."""
    done, changes, score = hindered(lab, it.remove(ann), it.add(bob, 1.0), TIMED)
    if done:
        what = f"The score of who was removed beside {changes} adds to another player"
        expect(score, what).to_equal(None, hint=AGAIN)


@check(points=0.5, objective="atomicity", guide="lost-updates", needs=("top_is_the_first_n",))
def test_changes_at_once_leave_one_board(lab: Lab, rand: Random) -> None:
    """After two changes at once top and rank show the same board as score does."""
    ann, bob = words(rand, 2)
    hint = "All keys that a change touches are changed in the same atomic step."
    rule = Rule("The lists are not those of one change and then the other.", hint)
    setup, look = (it.add(ann, 1.0), it.add(bob, 8.0)), (it.score(ann), it.rank(bob), it.top())
    race(lab, (it.submit(ann, 7.0), it.submit(ann, 9.0)), setup, rule, look)
    race(lab, (it.add(ann, 2.0), it.add(ann, 5.5)), setup, rule, look)
    race(lab, (it.submit(ann, 9.0), it.remove(ann)), setup, replace(rule, ttl=TIMED), look)


@check(points=0.5, objective="atomicity", guide="crashes-and-expiry")
def test_first_scores_at_once(lab: Lab, rand: Random) -> None:
    """Two first scores at once, or one beside the removal of the last player: the board has its expiry."""
    ann, bob = words(rand, 2)
    hint = "Whether the board is new has to be decided in the step that writes, not before."
    rule = Rule("The board is not as after one call and then the other.", hint, ttl=TTL)
    race(lab, (it.submit(ann, 4.0), it.add(bob, 3.0)), (), rule)
    board = lab.new("board", "alone", TTL)
    board.submit(ann, 1.0)
    board.remove(ann)
    board.submit(bob, 4.0)
    rule = replace(rule, keeps_its_end=not extended(lab))
    race(lab, (it.submit(bob, 4.0), it.remove(ann)), (it.add(ann, 1.0),), rule)
    race(lab, (it.add(bob, 4.0), it.remove(ann)), (it.add(ann, 1.0),), rule)
