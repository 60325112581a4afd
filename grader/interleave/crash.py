"""Kills a caller after each command that it sends, and looks at what is left."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from grader.interleave.actor import Actor
from grader.interleave.calls import Call
from grader.interleave.moves import Move
from grader.interleave.stage import Stage
from grader.interleave.trace import Trace
from grader.proxy import resp
from grader.proxy.link import unit_length
from grader.spent import Spent

MOST_CRASHES = 60  # of one call: a longer one is tried at its first commands
CRASH_SECONDS = 30.0  # for all of them: so is one that is too slow


@dataclass(frozen=True)
class Crashed:
    """A crash that left something wrong behind."""

    verdict: str
    after_command: int
    command: str
    trace: Trace


@dataclass(frozen=True)
class Crashing:
    """How many crashes were tried, and the first that was wrong."""

    tried: int
    crashed: Crashed | None = None


class _Death:
    """Lets so many units of commands through, the last batch only in part.

    MULTI ... EXEC is one: without its EXEC Valkey drops it whole, and has done nothing.
    """

    def __init__(self, victim: str, allowed: int) -> None:
        self._victim = victim
        self._allowed = allowed
        self._units = 0
        self.passed = 0  # commands
        self.last = ""
        self.over = False

    def choose(self, moves: Sequence[Move]) -> Move:
        move = next((m for m in moves if m.actor == self._victim), moves[0])
        if move.link is None or move.actor != self._victim:
            return move
        rest = list(move.link.held)
        while rest and self._units < self._allowed:
            length = unit_length(rest)
            self.passed += length
            self.last = resp.show_command(rest[length - 1])
            rest = rest[length:]
            self._units += 1
        if self._units >= self._allowed:
            self.over = True
            return Move(move.actor, link=move.link, count=len(move.link.held) - len(rest), dies=True)
        return move


def crash_everywhere(
    stage: Stage, prepare: Callable[[], tuple[Actor, Call]], judge: Callable[[], str]
) -> Crashing:
    """Kill after the first command, the second ... until the call ends by itself.

    ``prepare`` makes the beginning anew and gives the victim and its call; ``judge`` looks at what is left
    and gives a sentence where it is wrong.
    """
    spent, allowed = Spent(), 0
    while allowed < MOST_CRASHES and (allowed == 0 or not spent.passes(CRASH_SECONDS)):
        allowed += 1
        victim, call = prepare()
        with Trace(stage) as trace:
            death = _Death(victim.name, allowed)
            finished = _run_to_death(stage, victim, call, death)
            if not finished:
                stage.kill(victim)
        if verdict := judge():
            return Crashing(allowed, Crashed(verdict, death.passed, death.last, trace))
        if finished:
            stage.take(victim)
            return Crashing(allowed)
    return Crashing(allowed)


def _run_to_death(stage: Stage, victim: Actor, call: Call, death: _Death) -> bool:
    """True where the call ended before its death."""
    stage.begin(victim, call)
    # Dead at once when the last command it may send is on its way: no reply reaches it any more.
    stage.run(lambda: death.over or not victim.busy, death.choose)
    stage.settle()
    return not death.over
