"""Tries every order of several actors' commands, fewest preemptions first, until one is wrong.

Theory of operation. A schedule is a list of choices: which of the possible moves was made at each point
where the stage was at rest. A run follows a given beginning, then goes on without preemption: whoever
moved goes on moving while it can. Each point after the beginning where another actor could have moved
gives a new beginning, which costs one preemption more where the actor that moved could have gone on. A
heap hands out the cheapest beginning, so orders are tried with 0 preemptions, then 1, 2, 3 (iterative
context bounding, Musuvathi and Qadeer 2007), each once. Loops make the tree endless, hence bounds;
one that is reached is said, and never held against the student.
"""

import heapq
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from grader.interleave.actor import Actor
from grader.interleave.answers import Answers
from grader.interleave.calls import Answer, Call
from grader.interleave.moves import Move
from grader.interleave.stage import Stage
from grader.interleave.trace import Trace
from grader.proxy.link import unit_length
from grader.spent import Spent

PREEMPTIONS = 2
PATIENCE = 12  # moves in a row, after which a polling actor makes room for the others, free of charge
LONGEST = 600  # moves of one schedule
SEARCH_SECONDS = 30.0  # of one scenario; honest code is through in one


@dataclass(frozen=True)
class Scenario:
    """What is raced: the same for each schedule."""

    objects: Mapping[str, tuple[object, ...]]  # name: arguments after the client
    together: tuple[Call, ...]  # one for each actor
    setup: tuple[Call, ...] = ()
    look: tuple[Call, ...] = ()


@dataclass(frozen=True)
class Ending:
    """How one schedule ended."""

    answers: tuple[Answer, ...]  # of the calls raced
    look: tuple[Answer, ...]  # of the calls that look at the state afterwards


@dataclass(frozen=True)
class Failure:
    """A schedule that ended wrong."""

    verdict: str
    ending: Ending
    trace: Trace
    choices: tuple[int, ...]
    turning: int  # the choice that differs from a schedule that ended right; -1 where none does


@dataclass(frozen=True)
class Exploration:
    """How far the search got."""

    tried: int
    bounded: bool
    failure: Failure | None = None


Judge = Callable[[Ending], str]  # a sentence: what is wrong; '' where all is right


@dataclass
class _Path:
    """One schedule as it is run: follows its beginning, then prefers not to preempt."""

    beginning: tuple[int, ...]
    points: list[tuple[tuple[str, ...], int]] = field(default_factory=list)
    last: str = ""
    in_a_row: int = 0

    def choose(self, moves: Sequence[Move]) -> Move:
        place = len(self.points)
        if place < len(self.beginning) and self.beginning[place] < len(moves):
            chosen = self.beginning[place]
        else:
            chosen = self._go_on(moves)
        self.in_a_row = self.in_a_row + 1 if moves[chosen].actor == self.last else 1
        self.last = moves[chosen].actor
        self.points.append((tuple(move.actor for move in moves), chosen))
        move = moves[chosen]
        return move if move.link is None else replace(move, count=unit_length(move.link.held))

    def _go_on(self, moves: Sequence[Move]) -> int:
        actors = [move.actor for move in moves]
        if self.last in actors and self.in_a_row < PATIENCE:
            return actors.index(self.last)
        others = [place for place, actor in enumerate(actors) if actor > self.last]
        return others[0] if others else 0


class Explorer:
    """Explores scenarios on one stage, with one process for each actor, made once."""

    def __init__(self, stage: Stage, class_name: str, enter: Callable[[], Actor]) -> None:
        self._stage = stage
        self._class_name = class_name
        self._enter = enter
        self._actors: list[Actor] = []

    def explore(self, scenario: Scenario, judge: Judge, limit: int) -> Exploration:
        """Search until a schedule is wrong, none is left, ``limit`` were tried, or it takes too long."""
        beginnings: list[tuple[int, int, tuple[int, ...]]] = [(0, 0, ())]
        tried, pushed, bounded, spent = 0, 0, False, Spent()
        while beginnings and tried < limit and (tried == 0 or spent.seconds < SEARCH_SECONDS):
            cost, _, beginning = heapq.heappop(beginnings)
            path = _Path(beginning)
            ending, trace = self.run(scenario, path)
            tried += 1
            choices = tuple(chosen for _, chosen in path.points)
            if verdict := judge(ending):
                failure = Failure(verdict, ending, trace, choices, len(beginning) - 1)
                return Exploration(tried, bounded, failure)
            for more, new in _alternatives(path, cost):
                if more > PREEMPTIONS:
                    bounded = True
                    continue
                pushed += 1
                heapq.heappush(beginnings, (more, pushed, new))
        return Exploration(tried, bounded or bool(beginnings))

    def run(self, scenario: Scenario, path: _Path) -> tuple[Ending, Trace]:
        """Run one schedule from the scenario's beginning to its end."""
        stage = self._stage
        self._actors = [actor for actor in self._actors if not actor.dead]
        while len(self._actors) < len(scenario.together):
            self._actors.append(self._enter())
        actors = self._actors[: len(scenario.together)]
        stage.kit.admin.ask("FLUSHALL", "SYNC")
        stage.clock.tell_offset()
        for actor in actors:
            for name, arguments in scenario.objects.items():
                stage.expect_made(actor, name, Call(self._class_name, arguments, on=name))
        known = Answers()
        for call in scenario.setup:
            known.note(call, stage.call(actors[0], known.fill(call)))
        with Trace(stage) as trace:
            for actor, call in zip(actors, scenario.together, strict=True):
                stage.begin(actor, known.fill(call))
            stage.run(lambda: not any(actor.busy for actor in actors), path.choose)
            answers = tuple(stage.take(actor) for actor in actors)
        for call, answer in zip(scenario.together, answers, strict=True):
            known.note(call, answer)
        look = tuple(stage.call(actors[0], known.fill(call)) for call in scenario.look)
        return Ending(answers, look), trace


def replay(explorer: Explorer, scenario: Scenario, choices: tuple[int, ...]) -> Ending:
    """The ending of exactly one schedule."""
    return explorer.run(scenario, _Path(choices))[0]


def _alternatives(path: _Path, cost: int) -> list[tuple[int, tuple[int, ...]]]:
    """The beginnings that part from this path after its own, and what each costs in preemptions."""
    found = []
    chosen = tuple(choice for _, choice in path.points)
    for place in range(len(path.beginning), min(len(path.points), LONGEST)):
        actors, choice = path.points[place]
        before = path.points[place - 1] if place else None
        last = before[0][before[1]] if before else ""
        for other, actor in enumerate(actors):
            if other != choice:
                preempts = last in actors and actor != last
                found.append((cost + preempts, (*chosen[:place], other)))
    return found
