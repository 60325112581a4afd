"""Makes a change after each step of a call: who tries again where others were faster has to, many times.

Who waits for a lock of the caller waits while the caller stands still for a moment, and then for its end.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import product

from grader.interleave.actor import Actor
from grader.interleave.calls import Answer
from grader.interleave.moves import Move
from grader.proxy.link import unit_length
from grader.suites.lab import Lab, Pending, Scenario, StandIn

ONE_STEP_EACH = 2  # orders of two calls between whose steps nothing can come: nothing hinders these
CHANGES = 16  # beside one call
PATIENCE = 12  # steps in a row, after which who waits for somebody makes room
# The caller stands still so often, for so long: less in all than any lock is held for.
PAUSES, PAUSE_SECONDS = 3, 0.1
AGAIN = (
    "Who finds that others were faster reads again and tries again, as often as it takes, under WATCH; "
    "who waits for a lock waits until it has it."
)


def hinder(lab: Lab, scenario: Scenario, most: int = CHANGES) -> tuple[Answer, int, Actor]:
    """What the first of two calls gave beside ``most`` of the second or fewer, how many, and who made it.

    The objects, and what was called before, are the scenario's.
    """
    call, change = scenario.together
    lab.empty()
    caller, other = lab.enter(), lab.enter()
    for (name, arguments), actor in product(scenario.objects.items(), (caller, other)):
        lab.new(name, *arguments, actor=actor)
    for one in scenario.setup:
        getattr(StandIn(lab, caller, one.on), one.method)(*one.args)
    lab.evidence_from = lab.last_number + 1
    turns, changes = _Turns(caller), 0
    begun = Pending(lab, caller, call)
    while not begun.done:
        until = turns.own + 1
        lab.stage.run(lambda until=until: begun.done or turns.own >= until, turns.caller_first)
        if begun.done or changes == most:
            break
        beside, changes = Pending(lab, other, change), changes + 1
        _stand_still(lab, caller, beside)
        turns.in_a_row = 0
        lab.stage.run(lambda beside=beside: beside.done, turns.other_first)
        beside.answer()
    answer = begun.answer()
    lab.last_call = f"{call} beside {changes} times {change}"
    return answer, changes, caller


def _stand_still(lab: Lab, caller: Actor, beside: Pending) -> None:
    """Let only the other go on, for a moment."""
    caller.frozen = True
    lab.idle()
    for _ in range(PAUSES):
        if beside.done:
            break
        lab.advance(PAUSE_SECONDS)
        lab.idle()
    caller.frozen = False


class _Turns:
    """Lets the caller, or the other, go first; a move is one step."""

    def __init__(self, caller: Actor) -> None:
        self._caller = caller
        self.own = 0  # steps of the caller
        self.in_a_row = 0  # of the other's: where it waits for the caller, the caller has to go on

    def caller_first(self, moves: Sequence[Move]) -> Move:
        """A step of the caller, where there is one."""
        return self._step(moves, first=True)

    def other_first(self, moves: Sequence[Move]) -> Move:
        """A step of the other, unless it seems to wait."""
        return self._step(moves, first=self.in_a_row >= PATIENCE)

    def _step(self, moves: Sequence[Move], *, first: bool) -> Move:
        own = [move for move in moves if move.actor == self._caller.name]
        others = [move for move in moves if move not in own]
        move = (own + others if first else others + own)[0]
        self.own += move in own
        self.in_a_row = 0 if move in own else self.in_a_row + 1
        return move if move.link is None else replace(move, count=unit_length(move.link.held))
