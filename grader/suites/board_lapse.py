"""Lets a board's time run out between two steps of one call, after each step in turn."""

from collections.abc import Callable, Sequence

from grader.interleave.calls import Answer, Call
from grader.interleave.moves import Move
from grader.proxy.link import unit_length
from grader.results import Schedule
from grader.suites.expect import CheckFailedError, sentence
from grader.suites.lab import Lab, StandIn

MOST_STEPS = 40
BETWEEN = "A board may run out between any two commands: what was seen before need not hold any more."
AFTER = "The call had ended before the board ran out: it is wrong by itself, or gave the board more time."


def lapse_everywhere(
    lab: Lab, prepare: Callable[[], StandIn], call: Call, judge: Callable[[Answer], str], seconds: float
) -> None:
    """Hold the call after its first step, its second ... while ``seconds`` pass; judge what comes of it.

    A step is what the server does without letting anybody in between. The last time the call ends before.
    """
    for steps in range(1, MOST_STEPS + 1):
        lab.empty()
        board = prepare()
        lab.last_call = str(call)
        with lab.trace() as trace:
            stopped, answer = _run(lab, board, call, steps, seconds)
        lab.schedules += 1
        verdict = judge(answer)
        lab.last_call = str(call)  # what the judge looked at was another
        if verdict:
            lab.evidence_from = trace.first_number
            actors = tuple(sorted(lab.stage.actors))
            lab.schedule = Schedule(actors, trace.steps(), (), steps, verdict=verdict)
            hint = BETWEEN if stopped else AFTER
            raise CheckFailedError(verdict, None, sentence(f"{call} gave {answer}"), hint)
        if not stopped:
            return


def _run(lab: Lab, board: StandIn, call: Call, steps: int, seconds: float) -> tuple[bool, Answer]:
    """Whether the call had not ended after so many steps, and its answer."""
    stage, actor, passed = lab.stage, board.actor, 0

    def choose(moves: Sequence[Move]) -> Move:
        nonlocal passed
        move = moves[0]
        if move.link is None:
            return move
        passed += 1
        return Move(move.actor, link=move.link, count=unit_length(move.link.held))

    stage.begin(actor, call)
    stage.run(lambda: passed >= steps or not actor.busy, choose)
    lab.freeze(board)
    lab.advance(seconds)
    lab.thaw(board)
    stopped = actor.busy
    return stopped, stage.finish(actor)
