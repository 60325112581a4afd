"""The pytest plugin that hands checks their lab and turns each into one result."""

import gc
import hashlib
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any

import pytest

from grader.admin import ServerBusyError, ServerGoneError, ServerSilentError
from grader.errors import FloodError, GraderError, UsageError
from grader.harness import suite_files
from grader.harness.evidence import gather
from grader.harness.plan import Plan
from grader.harness.rig import Rig
from grader.harness.shares import CARDS, Placed, too_many_time_outs
from grader.interleave.calls import StudentFault
from grader.interleave.stage import Stage
from grader.interleave.trouble import Trouble
from grader.results import CheckResult, Evidence, Outcome
from grader.suites.advice import advice
from grader.suites.check import ATTRIBUTE, Check
from grader.suites.expect import CheckFailedError
from grader.suites.lab import Lab, ModuleFault
from grader.suites.local_time import hours_off

OURS = str(Path(__file__).parents[1])
SUITES = str(suite_files.SUITES)


class SkipCheck(Exception):  # noqa: N818 - an outcome
    """This check is not run; the sentence says why."""


@dataclass
class _Progress:
    """What the checks before have shown."""

    problems: dict[str, StudentFault]
    schedules: int = 0


class Plugin:
    """One run's plugin."""

    def __init__(self, rig: Rig, plan: Plan, emit: Callable[[Placed], None]) -> None:
        self._rig = rig
        self._plan = plan
        self._emit = emit
        problems: dict[str, StudentFault] = {
            name: ModuleFault(Outcome.ERRORED, text) for name, text in plan.problems.items()
        }
        self._progress = _Progress(problems)
        suites = (suite_files.suite_file(exercise.id) for exercise in plan.exercises)
        self._collected = frozenset([suite_files.SUITES, *suites])
        self._errors: dict[str, BaseException] = {}
        self._evidence: dict[str, Evidence] = {}
        self._labs: dict[str, Lab] = {}
        self._places: dict[str, int] = {}  # of each check
        self._first_places: dict[str, int] = {}  # of each exercise's first
        self._unsure: dict[str, tuple[str, ...]] = {}
        self._began: dict[str, float] = {}
        self.internal: BaseException | None = None
        self.stopped = False

    @property
    def schedules(self) -> int:
        """Orders and crashes tried in all."""
        return self._progress.schedules

    def pytest_ignore_collect(self, collection_path: Path) -> bool:
        """Collect from the suites alone: to look at each file beside them takes longer than to read them."""
        return collection_path not in self._collected

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Keep what was asked for."""
        if unknown := set(self._plan.checks) - {check_id(item) for item in items}:
            self.internal = UsageError(f"There is no check {min(unknown)}.")
            items.clear()
        if self._plan.checks:
            items[:] = [item for item in items if check_id(item) in self._plan.checks]
        if len(items) > CARDS:
            raise GraderError(f"there are {len(items)} checks, and only {CARDS} can be dealt out")
        self._places = {check_id(item): place for place, item in enumerate(items)}
        for place, item in enumerate(items):
            self._first_places.setdefault(exercise_id(item), place)

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Run what others don't: one check after the other, as long as there is one to be had."""
        if session.testsfailed:
            raise GraderError("not every suite could be read")
        while (place := self._plan.deck.take()) < len(session.items):
            if place in self._plan.done:
                continue
            item = session.items[place]
            # Which one is next isn't known yet; with one from far away as such, what all share stays set up.
            far = session.items[-1 if item.path != session.items[-1].path else 0]
            following = far if far is not item else None
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            if self._rig.parted:  # only now does a check of several actors say something: see ``Workers``
                self._rig.parted = False
                item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            gc.collect(0)  # of what the check leaves, which is little: see grader.harness.attempt
            if session.shouldstop:
                raise session.Interrupted(session.shouldstop)
        return True

    @pytest.fixture
    def lab(self, request: pytest.FixtureRequest) -> Iterator[Lab]:
        """One check's laboratory, on a stage of its own."""
        item = request.node
        self._refuse(item)
        name = check_id(item)
        seed = int.from_bytes(hashlib.sha256(f"{self._plan.seed} {name}".encode()).digest()[:6], "big")
        with self._rig.stage(seed) as stage:
            lab = Lab(stage, self._plan.subjects[exercise_id(item)], seed, self._plan.schedules)
            self._labs[name] = lab
            yield lab
            self._progress.schedules += lab.schedules
            self._end(stage, self._errors.get(name))

    def _end(self, stage: Stage, error: BaseException | None) -> None:
        """Fail a check that passed and isn't over; keep its processes where nothing goes on."""
        wrong = isinstance(error, StudentFault) and error.outcome is Outcome.ERRORED
        if not (error is None or wrong or isinstance(error, CheckFailedError)):
            return
        try:
            stage.expect_quiet()
            stage.over = True
        except StudentFault:
            if error is None:
                raise

    def _refuse(self, item: pytest.Item) -> None:
        """Raise for a check that can't, or needn't, be run."""
        exercise = exercise_id(item)
        bounds = self._rig.bounds
        if exercise in self._progress.problems:
            raise self._progress.problems[exercise]
        if exercise not in self._plan.subjects:
            raise SkipCheck(f"{exercise}.py is missing from the submission.")
        if self._plan.deck.count(Outcome.TIMED_OUT, self._places_before(item)) >= bounds.time_outs:
            raise SkipCheck(too_many_time_outs(bounds))
        self._refuse_without(needed_by(item), check_id(item))
        if self._rig.spent.passes(bounds.total_seconds):
            raise SkipCheck(f"The submission used up its {bounds.total_seconds:g} seconds before.")

    def _places_before(self, item: pytest.Item) -> range:
        """The places of its exercise's checks that come before it."""
        return range(self._first_places[exercise_id(item)], self._places[check_id(item)])

    def _refuse_without(self, needed: Sequence[str], name: str) -> None:
        """Raise where one of the checks that a check needs hasn't passed; keep those not known yet."""
        outcomes = {
            other: self._plan.deck.outcome(self._places[other]) for other in needed if other in self._places
        }
        self._unsure[name] = tuple(other for other, outcome in outcomes.items() if outcome is None)
        for other, outcome in outcomes.items():
            if outcome not in {None, Outcome.PASSED}:
                raise SkipCheck(other)

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """Note when a check begins."""
        self._began[nodeid] = time.monotonic()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[Any]) -> Iterator[Any]:
        """Keep what a check ended with, and gather its evidence while the stage still stands."""
        if call.excinfo is not None:
            call.excinfo = with_own_frames(call.excinfo)
        report = yield
        name = check_id(item)
        error = self._blame(name, call.excinfo.value) if call.excinfo else None
        ours = call.when == "teardown" and isinstance(error, GraderError)  # whatever the check itself found
        if error is not None and (ours or name not in self._errors):
            self._errors[name] = error
            if name in self._labs and isinstance(error, CheckFailedError | StudentFault):
                lab = self._labs[name]
                self._evidence[name] = gather(lab, error, self._plan.submission)
                error.hint = hours_off(lab.stage.relay.recording(), lab.stage.clock.wall / 1e9) or error.hint
        if call.when == "teardown":
            self._finish(item)
        return report

    def _blame(self, name: str, error: BaseException) -> BaseException:
        """The error, or the student's fault where only their code's traffic can have caused it."""
        if name not in self._labs:
            return error
        stage = self._labs[name].stage
        trouble = stage.kit.trouble
        match error:
            case FloodError():
                return trouble.flooded(stage.actors, error)
            case ServerBusyError():
                return trouble.blocked(stage.actors)
            case ServerSilentError() if stage.relay.waiting():
                trouble.server_spoiled = True
                return trouble.blocked(stage.actors)
            case ServerGoneError() if trouble.ended_for_memory():
                return trouble.blocked(stage.actors)
        return error

    def _finish(self, item: pytest.Item) -> None:
        name = check_id(item)
        lab, error = self._labs.pop(name, None), self._errors.pop(name, None)
        if self._rig.parted and not isinstance(error, GraderError):
            self._forget(name)
            return
        if lab and _is_for_want_of_server(error, lab.stage.kit.trouble):
            error = lab.stage.kit.trouble.blocked(lab.stage.actors)
        result = self._judge(item, error)
        self._plan.deck.note(self._places[name], result.outcome)
        self._emit(Placed(self._places[name], result, self._unsure.pop(name, ())))
        if result.outcome is Outcome.GRADER_ERROR:
            self.internal = error
            self._stop(item, "a grader error")
        elif self._plan.fail_fast and result.outcome is not Outcome.PASSED:
            self._stop(item, "--fail-fast")

    def _forget(self, name: str) -> None:
        """Nothing of it counts: it is run anew."""
        self._evidence.pop(name, None)
        self._unsure.pop(name, None)

    def _stop(self, item: pytest.Item, why: str) -> None:
        self.stopped = True
        item.session.shouldstop = why

    def _judge(self, item: pytest.Item, error: BaseException | None) -> CheckResult:
        facts, name = facts_of(item), check_id(item)
        told: dict[str, Any] = {"score": 0.0}
        match error:
            case None:
                told = {"outcome": Outcome.PASSED, "score": facts.points}
            case CheckFailedError():
                told |= {"outcome": Outcome.FAILED, "message": error.message, "hint": error.hint}
                told |= {"expected": error.expected, "seen": error.seen}
            case StudentFault():
                hint = error.hint or advice(error.raised)
                told |= {"outcome": error.outcome, "message": error.message, "hint": hint}
                if isinstance(error, ModuleFault):
                    self._progress.problems[exercise_id(item)] = error
            case SkipCheck():
                told |= {"outcome": Outcome.SKIPPED, "skipped_because": str(error)}
            case _:
                told |= {
                    "outcome": Outcome.GRADER_ERROR,
                    "message": "The grader itself failed in this check.",
                }
        return CheckResult(
            id=name,
            title=title_of(item),
            objective=facts.objective,
            points=facts.points,
            guide=facts.guide,
            evidence=self._evidence.pop(name, Evidence()),
            duration=round(time.monotonic() - self._began.get(item.nodeid, time.monotonic()), 4),
            **told,
        )


def _is_for_want_of_server(error: BaseException | None, trouble: Trouble) -> bool:
    """Whether to tell why Valkey had to be replaced instead: so nobody uses one up in each check."""
    if isinstance(error, StudentFault):
        return trouble.memory_used_up
    return isinstance(error, CheckFailedError) and trouble.server_spoiled


def with_own_frames(caught: pytest.ExceptionInfo[Any]) -> pytest.ExceptionInfo[Any]:
    """What was caught, told from the first line of ours on: pytest's own lines say nothing to anybody.

    Where the submission is wrong, it is told up to the last line of a suite: to write down what lies below
    takes as long as the check itself.
    """
    trace = caught.value.__traceback__
    while trace is not None and not trace.tb_frame.f_code.co_filename.startswith(OURS):
        trace = trace.tb_next
    if trace is None:
        return caught
    if isinstance(caught.value, CheckFailedError | StudentFault):
        _cut_below(trace)
    return pytest.ExceptionInfo.from_exception(caught.value.with_traceback(trace))


def _cut_below(trace: TracebackType) -> None:
    """Let a traceback end with its last line of a suite."""
    last, step = trace, trace.tb_next
    while step is not None:
        if step.tb_frame.f_code.co_filename.startswith(SUITES):
            last = step
        step = step.tb_next
    last.tb_next = None


@cache
def exercise_id(item: pytest.Item) -> str:
    """The exercise that a check belongs to: its file is test_<exercise>.py."""
    return item.path.stem.removeprefix("test_")


@cache
def check_id(item: pytest.Item) -> str:
    """A check's id: its exercise, and its function's name."""
    return f"{exercise_id(item)}.{item.name.removeprefix('test_')}"


def needed_by(item: pytest.Item) -> list[str]:
    """The ids of the checks that a check needs."""
    return [f"{exercise_id(item)}.{name}" for name in facts_of(item).needs]


def facts_of(item: pytest.Item) -> Check:
    """A check's points, objective and guide."""
    facts = getattr(getattr(item, "function", None), ATTRIBUTE, None)
    if not isinstance(facts, Check):
        raise TypeError(f"{item.nodeid} is in a suite but has no @check")
    return facts


def title_of(item: pytest.Item) -> str:
    """A check's docstring, as one line."""
    return " ".join((getattr(item, "function").__doc__ or "").split())  # noqa: B009 - an Item has no such attribute for mypy
