"""Checks of reading methods beside a writer."""

from random import Random
from typing import Any

from grader.interleave.calls import Answer, Call, Raised, show
from grader.interleave.explorer import Ending, Judge
from grader.results import StepKind
from grader.suites.board_entries import is_entry
from grader.suites.board_races import COMPARE, ELSEWHERE, TIMED, name_of, one_after_the_other
from grader.suites.check import check
from grader.suites.clues import NO_ERROR, pick
from grader.suites.expect import CheckFailedError, is_number, sentence
from grader.suites.lab import Calls, Lab, Scenario
from grader.suites.names import words

GONE = "The player was gone before the call began: who is not on the board has no rank, and nobody around."
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
        scenario = Scenario({"board": (name_of("race", TIMED), TIMED)}, (read, it.add(bob, 5.0)), setup)
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
