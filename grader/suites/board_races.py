"""Checks of two callers at once."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import nan
from random import Random
from typing import Any

from grader.interleave.calls import Answer, Call, Raised, show
from grader.interleave.explorer import Ending, Judge
from grader.interleave.moves import all_begin, in_turn
from grader.results import Schedule, StepKind
from grader.suites.board_entries import is_entry
from grader.suites.board_expiry import Ends
from grader.suites.board_hints import of_a_sum
from grader.suites.board_model import BoardModel
from grader.suites.check import check
from grader.suites.clues import NO_ERROR, ONE_AFTER_THE_OTHER, pick
from grader.suites.expect import CheckFailedError, expect, is_number, sentence
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
GONE = "The player was gone before the call began: who is not on the board has no rank, and nobody around."
ELSEWHERE = "It goes wrong without a second caller too: mend that first."
FORM = "Beside a writer it gives what it gives at other times: a list of whole entries, a rank or None."
MAY_BE_GONE = "What was read a moment ago may be gone at the next command."
LISTED = "After the removal top still lists who was removed."
STALE = (
    "What was read before the removal was kept after it: a list that is kept, on the server or in the "
    "object, has to go with the change, whatever a reader does meanwhile."
)
MOVED = "What was read a moment ago may be another score at the next command."
REMOVAL = "The board is wrong after the removal."
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
    scenario = Scenario({"board": ("race", rule.ttl)}, together, setup, look)
    try:
        return lab.race(scenario, Race(lab, scenario, rule), pick(rule.hint, rule.about))
    except CheckFailedError as error:
        explain(lab, error, rule)
        raise


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
    eternal = [state.key for state in lab.keys() if state.ttl is None]
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
    boards = {"board": ("hindered", ttl)}
    answer, changes, caller = hinder(lab, boards, call, change, (it.add(player, 1.0),), most=CHANGES)
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


@check(points=0.5, objective="atomicity", guide="lost-updates")
def test_threads_of_one_process(lab: Lab, rand: Random) -> None:
    """Eight threads that share one object change the board at once: each change counts."""
    points = dict(zip(words(rand, 2), (1.0, 2.0), strict=True))
    board = lab.new("board", "threads", TIMED)
    for player in points:
        board.add(player, 0.5)
    calls = [it.add(player, more) for player, more in points.items()] * 4
    answers = lab.together(board.actor, calls, all_begin)
    lab.last_call = f"{len(calls)} threads, each in board.add"
    hint = "Many threads may use one object: what belongs to one call, as a pipeline does, is not kept in it."
    for answer in answers:
        if isinstance(answer, Raised):
            wanted, seen = sentence("every add returns the new score"), sentence(f"it raised {answer}")
            raise CheckFailedError("An add in one of the threads raised an error.", wanted, seen, hint)
    for place, (player, more) in enumerate(points.items()):
        scores = sorted((answer.value for answer in answers[place :: len(points)]), key=str)
        wanted = [0.5 + n * more for n in range(1, 5)]
        if not any(score in wanted for score in scores):
            same, single = len(set(map(str, scores))) == 1, "Already a single add goes wrong."
            hint = of_a_sum(scores[0], wanted[0], more if same else nan, single)
        expect(scores, f"What the adds to {player!r} returned").to_equal(wanted, hint=hint)
        expect(board.score(player), "The score after four adds").to_equal(wanted[-1], hint=hint)
    lists(lab, board, list(points), hint)
    submits_and_removes(lab, rand, hint)


def lists(lab: Lab, board: StandIn, players: list[str], hint: str) -> None:
    """Threads that read at once give what one gives alone; whether that is right is seen elsewhere."""
    calls = [it.top(1), it.around(players[0], 0), it.between(0.0, 99.0), it.rank(players[1])]
    alone = [getattr(board, call.method).answer(*call.args) for call in calls]
    expect_as_alone(calls, lab.together(board.actor, calls, in_turn()), alone, hint)


def submits_and_removes(lab: Lab, rand: Random, hint: str) -> None:
    """Threads that submit and remove at once, each another player, give what one gives alone."""
    plain, board = Calls("plain"), lab.new("plain", "changes")
    *new, ann, bob, nobody, nemo, alone = words(rand, 9)
    one = [board.submit.answer(alone, 1.0), board.remove.answer(alone), board.remove.answer(alone)]
    for player in (ann, bob):
        board.submit(player, 9.0)
    calls = [plain.submit(player, float(score)) for score, player in enumerate(new, 1)]
    calls += [plain.remove(player) for player in (ann, bob, nobody, nemo)]
    answers = lab.together(board.actor, calls, all_begin)
    expect_as_alone(calls, answers, [one[0]] * 4 + [one[1]] * 2 + [one[2]] * 2, hint)
    scores = [board.score(player) for player in new]
    expect(scores, "The list of scores after the threads' submits").to_equal([1.0, 2.0, 3.0, 4.0], hint)


def expect_as_alone(
    calls: Sequence[Call], answers: Sequence[Answer], alone: Sequence[Answer], hint: str
) -> None:
    """In each of the threads the call gave what it gives without the others."""
    for call, seen, one in zip(calls, answers, alone, strict=True):
        wanted, given = (getattr(answer, "value", str(answer)) for answer in (one, seen))
        expect(given, f"What {call} gave beside other threads").to_equal(wanted, hint=hint)


@check(points=0.5, objective="atomicity", guide="transactions-and-scripts")
def test_reading_beside_writing(lab: Lab, rand: Random) -> None:
    """Beside a writer, a reading method may miss the change, but it answers as it does at other times."""
    ann, bob = words(rand, 2)
    setup, look = (it.add(ann, 3.0), it.add(bob, 2.0)), (it.size(), it.score(ann))
    after = list(zip((it.remove(bob), *look), (True, 1, 3.0), strict=True))
    alone = listed_when_removed(lab, setup, bob)
    for read in (it.rank(bob), it.around(bob, 1), it.top(2), it.between(0.0, 2.5)):
        scenario = Scenario({"board": ("race",)}, (read, it.remove(bob)), setup, (*look, it.top(2)))
        judge = judge_of_a_removal(read, [right for _, right in after], "" if alone else bob)
        try:
            lab.race(scenario, judge, pick(MAY_BE_GONE))
        except CheckFailedError as error:
            explain_read(lab, error, after)
            raise
    for read in (it.rank(bob), it.around(bob, 1)):
        scenario = Scenario({"board": ("race", TIMED)}, (read, it.add(bob, 5.0)), setup)
        lab.race(scenario, judge_of_a_move(read), MOVED)


def listed_when_removed(lab: Lab, setup: tuple[Call, ...], player: str) -> bool:
    """Whether top lists a removed player without any race: another check's affair."""
    board = lab.new("board", "alone")
    for one in setup:
        getattr(board, one.method).answer(*one.args)
    board.top.answer(2)
    board.remove.answer(player)
    return player in str(board.top.answer(2))


def explain_read(lab: Lab, error: CheckFailedError, after: list[tuple[Call, object]]) -> None:
    """Say more of what went wrong beside a writer."""
    if error.message == REMOVAL and error.seen:
        rows = error.seen.text.split("\n")
        error.expected = sentence("\n".join(f"{call} → {show(value)}" for call, value in after))
        error.seen, error.hint = sentence("\n".join(rows[1 : len(after) + 1])), COMPARE
    elif error.message == LISTED:
        error.hint = STALE
    elif error.message.startswith("The reading method gave"):
        error.hint = FORM
    elif error.hint == NO_ERROR and lab.schedule:
        asked = any(step.kind is StepKind.SENDS for step in lab.schedule.steps)
        alone = one_after_the_other(lab.schedule)
        error.hint = (GONE if asked else ELSEWHERE) if alone else MAY_BE_GONE


def judge_of_a_removal(read: Call, right: list[object], gone: str) -> Judge:
    """Judges a reading method beside a removal; afterwards nobody who is ``gone`` may be listed."""

    def judge(ending: Ending) -> str:
        if wrong := misread(read, ending.answers[0]):
            return wrong
        *looks, listed = ending.look
        seen = [getattr(answer, "value", answer) for answer in (ending.answers[1], *looks)]
        if seen != right:
            return REMOVAL
        return LISTED if gone and gone in str(listed) else ""

    return judge


def judge_of_a_move(read: Call) -> Judge:
    """Judges a reading method beside an add."""

    def judge(ending: Ending) -> str:
        wrong = misread(read, ending.answers[0])
        return wrong.replace("a player was removed beside it", "a score changed beside it")

    return judge


def misread(read: Call, answer: Answer) -> str:
    """A sentence about an answer that a reading method never gives."""
    if isinstance(answer, Raised):
        return f"The reading method raised {answer}, because a player was removed beside it."
    value = answer.value
    if read.method == "rank":
        right = value is None or counts_from_one(value)
    else:
        right = isinstance(value, list) and all(map(could_be_listed, value))
    return "" if right else f"The reading method gave {answer}."


def could_be_listed(item: Any) -> bool:
    """Whether something is an entry of some board."""
    return is_entry(item) and counts_from_one(item[0]) and is_number(item[2])


def counts_from_one(rank: Any) -> bool:
    """Whether something is a rank on some board."""
    return is_number(rank) and rank >= 1
