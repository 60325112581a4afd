"""Tries every order of several actors' commands, fewest preemptions first, until one is wrong.

Theory of operation. A schedule is a list of choices: which of the possible moves was made at each point
where the stage was at rest. A run follows a given beginning, then goes on without preemption: whoever
moved goes on moving while it can. Each point after the beginning where another actor could have moved
gives a new beginning, which costs one preemption more where the actor that moved could have gone on. A
heap hands out the cheapest beginning, so orders are tried with 0 preemptions, then 1, 2, 3 (iterative
context bounding, Musuvathi and Qadeer 2007), each once. Loops make the tree endless, hence bounds;
one that is reached is said, and never held against the student.

Of orders that differ only in who looked first, one is tried (see ``grader.interleave.orders``).
"""

import heapq
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

from grader.interleave.actor import Actor
from grader.interleave.answers import Answers
from grader.interleave.calls import Answer, Call
from grader.interleave.orders import Beginning, Passed, Path, alternatives
from grader.interleave.stage import Stage
from grader.interleave.trace import Trace
from grader.proxy.link import BLOCKING
from grader.spent import Spent

PREEMPTIONS = 2
SEARCH_SECONDS = 30.0  # of one scenario; honest code is through in one


@dataclass(frozen=True)
class Scenario:
    """What is raced: the same for each schedule."""

    objects: Mapping[str, tuple[object, ...]]  # name: arguments after the client
    together: tuple[Call, ...]  # one for each actor
    setup: tuple[Call, ...] = ()  # none of them with another's answer
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


class Explorer:
    """Explores scenarios on one stage, with one process for each actor, made once."""

    def __init__(self, stage: Stage, class_name: str, enter: Callable[[], Actor]) -> None:
        self._stage = stage
        self._class_name = class_name
        self._enter = enter
        self._actors: list[Actor] = []

    def explore(self, scenario: Scenario, judge: Judge, limit: int) -> Exploration:
        """Search until a schedule is wrong, none is left, ``limit`` were tried, or it takes too long."""
        beginnings: list[tuple[int, int, Beginning]] = [(0, 0, Beginning())]
        tried, pushed, bounded, spent = 0, 0, False, Spent()
        passed = Passed()
        while beginnings and tried < limit and (tried == 0 or not spent.passes(SEARCH_SECONDS)):
            cost, _, beginning = heapq.heappop(beginnings)
            if passed.covers(beginning, cost):
                continue
            path = Path(beginning.choices, self._reads, lambda: self._stage.clock.now)
            ending, trace = self.run(scenario, path)
            tried += 1
            choices = tuple(point.chosen for point in path.points)
            if verdict := judge(ending):
                failure = Failure(verdict, ending, trace, choices, len(beginning.choices) - 1)
                return Exploration(tried, bounded, failure)
            for more, new in alternatives(path, cost, passed):
                if more > PREEMPTIONS:
                    bounded = True
                    continue
                pushed += 1
                heapq.heappush(beginnings, (more, pushed, new))
        return Exploration(tried, bounded or bool(beginnings))

    @cached_property
    def _reads(self) -> frozenset[str]:
        """The names of commands that change nothing, as the server knows them."""
        found = self._stage.kit.admin.ask("ACL", "CAT", "read")
        assert isinstance(found, list)  # noqa: S101 - so it is documented
        return frozenset(name.decode().upper() for name in found) - BLOCKING | {"WATCH"}

    def run(self, scenario: Scenario, path: Path) -> tuple[Ending, Trace]:
        """Run one schedule from the scenario's beginning to its end."""
        stage = self._stage
        self._actors = [actor for actor in self._actors if not actor.dead]
        while len(self._actors) < len(scenario.together):
            self._actors.append(self._enter())
        actors = self._actors[: len(scenario.together)]
        stage.clock.empty()
        known = Answers()
        objects = [(name, Call(self._class_name, args, on=name)) for name, args in scenario.objects.items()]
        for actor in reversed(actors):  # all objects are there when the first actor sets the scene
            setup = scenario.setup if actor is actors[0] else ()
            for call, answer in zip(setup, stage.in_a_row(actor, objects, setup), strict=True):
                known.note(call, answer)
        with Trace(stage) as trace:
            for actor, call in zip(actors, scenario.together, strict=True):
                stage.begin(actor, known.fill(call))
            stage.run(lambda: not any(actor.busy for actor in actors), path.choose)
            answers = tuple(stage.take(actor) for actor in actors)
        for call, answer in zip(scenario.together, answers, strict=True):
            known.note(call, answer)
        look = stage.in_a_row(actors[0], (), tuple(map(known.fill, scenario.look)))
        return Ending(answers, tuple(look)), trace


def replay(explorer: Explorer, scenario: Scenario, choices: tuple[int, ...]) -> Ending:
    """The ending of exactly one schedule."""
    return explorer.run(scenario, Path(choices))[0]
