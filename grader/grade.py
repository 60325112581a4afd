"""Grades one submission: from a folder or archive to results."""

import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from grader import __version__
from grader.assignment import Exercise
from grader.errors import GraderError, UsageError, say_fault
from grader.harness.attempt import Attempt, Ended, OpenWatch, run_attempts, unwatched
from grader.harness.plan import Facts, Plan
from grader.harness.rig import Place, open_rig
from grader.harness.shares import Deck, Placed, put_together
from grader.harness.suite_files import suite_digest
from grader.private_folder import private_folder
from grader.results import (
    CheckResult,
    ExerciseResult,
    Isolation,
    Outcome,
    Results,
    Run,
    Status,
    Submission,
)
from grader.sandbox.walls import Walls, choose, for_another
from grader.scoring import score
from grader.settings import Settings
from grader.submission import OpenedSubmission, open_submission
from grader.suites.subject import Subject


def grade(
    submission: Path, settings: Settings, open_watch: OpenWatch = unwatched, details: Path | None = None
) -> Results:
    """The results of a submission; ``open_watch`` gives who is handed each check's as it comes.

    It is called once, when checks are being run already: what shows their results may take a while to import.
    ``details`` is a folder for the instructor's own: pytest's report and the grader's log. Raises
    SubmissionError and UsageError; a failure of the grader's own gives results that are not graded.
    """
    exercises = choose_exercises(settings)
    began, at = time.monotonic(), datetime.now(UTC)
    with private_folder() as folder:
        opened = open_submission(submission, exercises, _make_folder(folder / "submission"))
        ended = _try_twice(_Task(settings, opened, exercises, folder, details or folder), cache(open_watch))
    run = _describe_run(settings, exercises, _merge(ended), at, time.monotonic() - began)
    reason = next((one.reason for one in ended if one.reason), "")
    checks = put_together((found for one in ended for found in one.found), settings.assignment.bounds)
    return _assemble(settings, _Graded(opened, exercises, checks, reason), run)


def _merge(ended: list[Ended]) -> Facts | None:
    """The facts of all tries in one; None where one of them has none."""
    facts = [one.facts for one in ended if one.facts is not None]
    if len(facts) < len(ended):
        return None
    return replace(facts[0], schedules=sum(one.schedules for one in facts))


def choose_exercises(settings: Settings) -> tuple[Exercise, ...]:
    """The exercises that are graded; raises UsageError for one that the assignment doesn't have."""
    known = {exercise.id: exercise for exercise in settings.assignment.exercises}
    wanted = list(settings.exercises) or list({check.partition(".")[0]: None for check in settings.checks})
    if unknown := [name for name in wanted if name not in known]:
        raise UsageError(f"There is no exercise {unknown[0]}; there are {', '.join(known)}.")
    if not wanted:
        return tuple(exercise for exercise in known.values() if exercise.enabled)
    return tuple(replace(known[name], enabled=True) for name in known if name in wanted)


def _make_folder(path: Path) -> Path:
    path.mkdir(parents=True)
    path.chmod(0o755)  # the folder above is private
    return path


def _make_place(folder: Path, submission: Path, number: int) -> Place:
    base = _make_folder(folder / str(number))
    return Place(
        folder=folder,
        server=_make_folder(base / "server"),
        sockets=_make_folder(base / "sockets"),
        scratch=_make_folder(base / "scratch"),
        submission=submission,
    )


@dataclass(frozen=True)
class _Task:
    """What all tries have in common."""

    settings: Settings
    opened: OpenedSubmission
    exercises: tuple[Exercise, ...]
    folder: Path
    details: Path


def _plan(task: _Task, deck: Deck, done: frozenset[int]) -> Plan:
    opened, exercises, settings = task.opened, task.exercises, task.settings
    subjects = {e.id: Subject(e, opened.modules[e.id]) for e in exercises if e.id in opened.modules}
    return Plan(
        subjects=subjects,
        exercises=exercises,
        checks=settings.checks,
        deck=deck,
        done=done,
        seed=settings.seed,
        schedules=settings.schedules,
        fail_fast=settings.fail_fast,
        submission=opened.root,
        problems={name: why for name, why in opened.problems.items() if name not in opened.missing},
    )


def _try_twice(task: _Task, open_watch: OpenWatch) -> list[Ended]:
    """Grade in as many processes as there are jobs; what failed by our own fault is tried once more."""
    jobs = _count_jobs(task.settings)
    ended = _try(task, range(jobs), (), open_watch)
    if all(one.facts for one in ended):
        return ended
    well = [one for one in ended if one.facts]
    done = [found for one in well for found in one.found]
    return [*well, *_try(task, range(jobs, 2 * jobs - len(well)), done, open_watch)]


def _try(task: _Task, numbers: range, done: Sequence[Placed], open_watch: OpenWatch) -> list[Ended]:
    """Run all checks but those that are done, in so many processes."""
    with Deck() as deck, ExitStack() as stack:
        for placed in done:
            deck.note(placed.place, placed.check.outcome)
        plan = _plan(task, deck, frozenset(placed.place for placed in done))
        try:
            walls = choose(task.settings.sandbox)
            attempts = [_attempt(task, plan, number, for_another(walls), stack) for number in numbers]
        except (GraderError, OSError) as error:
            return [Ended(reason=say_fault(error))]
        return run_attempts(attempts, open_watch)


def _count_jobs(settings: Settings) -> int:
    # To stop at the first failure, the checks must be run one after the other.
    most = 1 if settings.fail_fast else len(settings.checks) or settings.jobs
    return min(settings.jobs, most)


def _attempt(task: _Task, plan: Plan, number: int, walls: Walls, stack: ExitStack) -> Attempt:
    place = _make_place(task.folder, task.opened.root, number)
    rig = stack.enter_context(open_rig(task.settings, place, walls))
    details = task.details / ("pytest.json" if number == 0 else f"pytest-{number + 1}.json")
    return Attempt(plan, rig, details)


def _describe_run(
    settings: Settings, exercises: tuple[Exercise, ...], facts: Facts | None, at: datetime, duration: float
) -> Run:
    known = facts or Facts("", "", "", "", "", "", "", Isolation.NONE, True, "", 0)
    return Run(
        started_at=at.isoformat(timespec="seconds"),
        duration=round(duration, 3),
        seed=settings.seed,
        grader_version=__version__,
        suite_digest=suite_digest([exercise.id for exercise in exercises]),
        settings_digest=settings.digest,
        python_version=known.python_version,
        redis_py_version=known.redis_py_version,
        valkey_version=known.valkey_version,
        server=known.server,
        isolation=known.isolation,
        isolated=known.isolated,
        isolation_note=known.isolation_note,
        image=known.image,
        image_digest=known.image_digest,
        schedules=known.schedules,
        notes=(known.server_note,) if known.server_note else (),
    )


@dataclass(frozen=True)
class _Graded:
    """What was graded, and how it went."""

    opened: OpenedSubmission
    exercises: tuple[Exercise, ...]
    checks: list[CheckResult]
    reason: str  # why it was not graded; '' where it was


def _assemble(settings: Settings, graded: _Graded, run: Run) -> Results:
    """Everything in one; points are scaled and summed by scoring, as when they are scored again."""
    opened, exercises = graded.opened, () if graded.reason else graded.exercises
    results = Results(
        status=Status.NOT_GRADED if graded.reason else Status.GRADED,
        score=None,
        max_score=0,
        submission=Submission(
            opened.name,
            opened.digest,
            tuple(opened.modules.values()),
            tuple(f"{name}.py" for name in opened.missing),
            opened.warnings,
        ),
        run=run,
        exercises=tuple(_gather(exercise, graded.checks, opened) for exercise in exercises),
        title=settings.assignment.title,
        reason=graded.reason,
    )
    return score(results, replace(settings.assignment, exercises=graded.exercises))


def _gather(exercise: Exercise, checks: list[CheckResult], opened: OpenedSubmission) -> ExerciseResult:
    mine = tuple(check for check in checks if check.id.partition(".")[0] == exercise.id)
    problem = opened.problems.get(exercise.id, "")
    if exercise.id in opened.missing:
        problem = f"{exercise.module} is missing from the submission."
    elif mine and all(
        check.outcome is Outcome.ERRORED and check.message == mine[0].message for check in mine
    ):
        problem = problem or mine[0].message
    return ExerciseResult(exercise.id, exercise.title, None, exercise.weight, mine, problem)
