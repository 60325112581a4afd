"""Checks of threads of one process that share an object."""

from collections.abc import Sequence
from math import nan
from random import Random

from grader.interleave.calls import Answer, Call, Raised
from grader.interleave.moves import all_begin, in_turn
from grader.suites.board_hints import of_a_sum
from grader.suites.board_races import TIMED
from grader.suites.check import check
from grader.suites.expect import CheckFailedError, expect, sentence
from grader.suites.lab import Calls, Lab, StandIn
from grader.suites.names import words

it = Calls("board")


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
    calls += map(it.score, players)
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
