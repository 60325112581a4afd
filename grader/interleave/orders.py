"""Which orders there are, and which of them are alike.

Theory of operation. Actors who only look, one after the other, see and leave the same in whichever order they
do so. So what a schedule's first choices lead to is known by the changes so far, each with the looks before
it, and by how often each actor has looked since. Where a run has come past that already, at no higher cost,
all that can follow is known or on the heap, and a beginning that leads there needs no run of its own. This is
a partial-order reduction (Godefroid 1996) with the coarsest dependence there is: a change depends on all.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from grader.interleave.moves import Move
from grader.proxy import resp
from grader.proxy.link import unit_length

PATIENCE = 12  # moves in a row, after which a polling actor makes room for the others, free of charge
LONGEST = 600  # moves of one schedule


@dataclass(frozen=True)
class Step:
    """A move that can be made at one point."""

    actor: str
    who: tuple[str, int]  # its connection or callback
    looks: bool  # it changes nothing that anybody could see


@dataclass(frozen=True)
class Point:
    """Where somebody had to choose: what could be chosen, and what was."""

    now: int  # virtual nanoseconds
    steps: tuple[Step, ...]
    chosen: int

    @property
    def step(self) -> Step:
        """What was chosen."""
        return self.steps[self.chosen]


@dataclass(frozen=True)
class Reached:
    """What all schedules have in common that differ only in who looked first."""

    changes: tuple[object, ...] = ()  # each with the looks and the time before it
    looks: frozenset[tuple[tuple[str, int], int]] = frozenset()  # since then: who looked, and how often
    now: int = 0

    def after(self, step: Step, now: int) -> "Reached":
        """The same, a step later."""
        if not step.looks or now != self.now:
            return Reached((*self.changes, self.looks, step.who, now), frozenset(), now)
        often = dict(self.looks)
        often[step.who] = often.get(step.who, 0) + 1
        return Reached(self.changes, frozenset(often.items()), now)


@dataclass(frozen=True)
class Beginning:
    """The first choices of a schedule yet to be tried, where they lead, and who made the last move."""

    choices: tuple[int, ...] = ()
    reached: Reached = Reached()
    last: str = ""


class Passed:
    """Where runs have come past, who had made the last move there, and at what cost in preemptions."""

    def __init__(self) -> None:
        self._costs: dict[Reached, dict[str, int]] = {}

    def note(self, reached: Reached, last: str, cost: int) -> None:
        """A run came past."""
        costs = self._costs.setdefault(reached, {})
        costs[last] = min(cost, costs.get(last, cost))

    def covers(self, beginning: Beginning, cost: int) -> bool:
        """Whether all that can follow a beginning is tried, or will be, for no more than its cost.

        Where somebody else had made the last move, to go on like this one takes a preemption more.
        """
        costs = self._costs.get(beginning.reached, {})
        return any(known + (last != beginning.last) <= cost for last, known in costs.items())


@dataclass
class Path:
    """One schedule as it is run: follows its beginning, then prefers not to preempt."""

    beginning: tuple[int, ...]
    reads: frozenset[str] = frozenset()  # names of commands that change nothing
    clock: Callable[[], int] = int
    points: list[Point] = field(default_factory=list)
    last: str = ""
    in_a_row: int = 0

    def choose(self, moves: Sequence[Move]) -> Move:
        """The move that is made here, with as much of a batch as the server does in one go."""
        place = len(self.points)
        if place < len(self.beginning) and self.beginning[place] < len(moves):
            chosen = self.beginning[place]
        else:
            chosen = self._go_on(moves)
        self.in_a_row = self.in_a_row + 1 if moves[chosen].actor == self.last else 1
        self.last = moves[chosen].actor
        self.points.append(Point(self.clock(), tuple(map(self._step, moves)), chosen))
        move = moves[chosen]
        return move if move.link is None else replace(move, count=unit_length(move.link.held))

    def _step(self, move: Move) -> Step:
        held = move.link.held[: unit_length(move.link.held)] if move.link else ()
        return Step(move.actor, move.who, bool(held) and all(resp.name(one) in self.reads for one in held))

    def _go_on(self, moves: Sequence[Move]) -> int:
        actors = [move.actor for move in moves]
        if self.last in actors and self.in_a_row < PATIENCE:
            return actors.index(self.last)
        others = [place for place, actor in enumerate(actors) if actor > self.last]
        return others[0] if others else 0


def alternatives(path: Path, cost: int, passed: Passed) -> Iterator[tuple[int, Beginning]]:
    """The beginnings that part from this path after its own, and what each costs in preemptions.

    Notes in ``passed`` where the path came past.
    """
    chosen = tuple(point.chosen for point in path.points)
    reached, last = Reached(), ""
    for place, point in enumerate(path.points[:LONGEST]):
        if place >= len(path.beginning):
            goes_on = last in {step.actor for step in point.steps}
            for other, step in enumerate(point.steps):
                if other != point.chosen:
                    choices = (*chosen[:place], other)
                    new = Beginning(choices, reached.after(step, point.now), step.actor)
                    yield cost + (goes_on and step.actor != last), new
        reached, last = reached.after(point.step, point.now), point.step.actor
        if place >= len(path.beginning) - 1:
            passed.note(reached, last, cost)
