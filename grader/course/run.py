"""Grades what is missing or changed of a class, and stores each result as soon as it is there."""

import hashlib
import traceback
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from fnmatch import fnmatch

from grader.codec import to_json
from grader.course.discovery import Found, printable
from grader.course.job import GradedOne, Job
from grader.course.marking import Marking, draw, mark
from grader.course.packing import pack
from grader.course.progress import Watcher
from grader.course.runner import Finished, Plan, Tick, run_all
from grader.course.store import FAULT, OUTCOMES, Record, Stamp, Store
from grader.course.ungraded import no_results
from grader.errors import SubmissionError, UsageError
from grader.overrides import Override, overrides_of
from grader.settings import Settings


@dataclass(frozen=True)
class ClassRun:
    """How to grade a class: what with, where to, and which of it."""

    store: Store
    settings: Settings
    suite: str  # digest of the checks
    work: Callable[[Job], GradedOne]
    window: int  # submissions in flight at once
    overrides: tuple[Override, ...] = ()
    only: str = "*"  # a glob of names
    force: bool = False
    fail_fast: bool = False


@dataclass(frozen=True)
class Outline:
    """What a run did, and whom it could not grade by our own fault."""

    graded: int = 0
    unchanged: int = 0
    faults: tuple[str, ...] = ()  # names


@dataclass(frozen=True)
class _Task:
    """A submission to grade, and the record that it will have."""

    found: Found
    record: Record


def grade_class(found: Iterable[Found], run: ClassRun, executor: Executor, watcher: Watcher) -> Outline:
    """Grades what is missing or changed; every result is stored before the next is waited for."""
    run.store.sweep()
    tasks = [_task(one, run) for one in found if _wanted(one, run.only)]
    due = [task for task in tasks if run.force or not _unchanged(task, run.store)]
    changed = {task.found.name for task in due}
    for task in tasks:
        if task.found.name not in changed:
            _refresh(task, run.store)
    watcher.begin(len(due), len(tasks) - len(due))
    try:
        faults = list(_faults(run_all(due, _plan(run), executor), run, watcher))
    finally:
        watcher.end()
    return Outline(len(due), len(tasks) - len(due), tuple(faults))


def _faults(
    steps: Iterable[Finished[_Task, GradedOne] | Tick[_Task]], run: ClassRun, watcher: Watcher
) -> Iterator[str]:
    """Stores what comes; yields the names of those that could not be graded by our own fault."""
    for step in steps:
        if isinstance(step, Tick):
            watcher.slowest(step.slowest.found.name, step.seconds)
            continue
        record = _keep(step, run)
        watcher.finished(record.name, record.reason if record.fault else "")
        if record.fault == "grader":
            yield record.name
            if run.fail_fast:
                return


def refuse_nobody(found: Iterable[Found], only: str) -> None:
    """UsageError where the pattern leaves nobody to grade."""
    if not any(_wanted(one, only) for one in found):
        raise UsageError(f"--only {only}: no submission or student is called that.")


def _wanted(found: Found, only: str) -> bool:
    student = (found.student.identifier, found.student.name) if found.student else ()
    names = (found.name, found.shown, *student)
    return any(fnmatch(name, only) for name in names)


def _task(found: Found, run: ClassRun) -> _Task:
    """What is to be graded and under which stamp; a time that was stored for the same content stays."""
    stored = run.store.record(found.folder)
    stamp = Stamp(_digest(found), run.suite, grading_digest(run.settings))
    same = stored is not None and stored.stamp.source == stamp.source and found.time_source != "roster"
    record = Record(
        name=found.name,
        key=found.key,
        shown=found.shown,
        folder=found.folder,
        submitted_at=stored.submitted_at if stored and same else found.submitted_at,
        time_source=stored.time_source if stored and same else found.time_source,
        stamp=stamp,
        identifier=found.student.identifier if found.student else "",
        late_mark=found.late_mark,
        warnings=found.warnings,
    )
    return _Task(found, record)


def _digest(found: Found) -> str:
    try:
        return pack(found.paths).digest
    except SubmissionError as error:
        return hashlib.sha256(str(error).encode()).hexdigest()


def grading_digest(settings: Settings) -> str:
    """The sha256 of all that outcomes depend on: weights, lateness and visibility are not among it."""
    assignment = settings.assignment
    exercises = [(e.id, e.class_name) for e in assignment.exercises if e.enabled]
    image = settings.image or assignment.server_image
    rest = replace(settings, assignment=replace(assignment, title="", exercises=()))
    facts = {
        "exercises": exercises,
        "image": image,
        "bounds": assignment.bounds,
        "rest": [
            rest.seed,
            rest.server,
            rest.sandbox,
            rest.exercises,
            rest.checks,
            rest.fail_fast,
            rest.schedules,
        ],
    }
    return hashlib.sha256(to_json(facts)).hexdigest()


def _unchanged(task: _Task, store: Store) -> bool:
    """Whether the stored result is of the same submission, checks and settings, and not a fault of ours."""
    stored = store.record(task.found.folder)
    if stored is None or stored.stamp != task.record.stamp or stored.fault == "grader":
        return False
    try:
        store.outcomes(task.found.folder)
    except UsageError:  # damaged: it says that grading again mends it
        return False
    return True


def _refresh(task: _Task, store: Store) -> None:
    """The roster may name an unchanged submission's owner anew."""
    stored = store.record(task.found.folder)
    if stored is not None:
        renewed = replace(task.record, fault=stored.fault, reason=stored.reason)
        if renewed != stored:
            store.keep_record(renewed)


def _plan(run: ClassRun) -> Plan[_Task, Job, GradedOne]:
    return Plan(
        pack=lambda task: _job(task, run),
        work=run.work,
        faulty=lambda graded: graded.reason if graded.fault == "grader" else "",
        window=run.window,
    )


def _job(task: _Task, run: ClassRun) -> Job:
    """The submission's bytes, and all else that its grading needs; SubmissionError as ``pack``."""
    packed = pack(task.found.paths)
    return Job(
        name=task.found.name,
        file=printable(task.found.paths[0].name),
        suffix=packed.suffix,
        data=packed.data,
        settings=run.settings,
        marking=_marking(task, run),
        warnings=packed.warnings,
        suite=run.suite,
    )


def _marking(task: _Task, run: ClassRun) -> Marking:
    record = task.record
    own = overrides_of(run.overrides, record.identifier, record.name, record.shown)
    return Marking(own, record.submitted_at)


def _keep(step: Finished[_Task, GradedOne], run: ClassRun) -> Record:
    """Stores what came of a submission, whatever it is; the record as it was stored."""
    graded = step.value or _without_value(step, run)
    record = replace(step.task.record, fault=graded.fault, reason=graded.reason)
    run.store.keep(record, graded.files)
    return record


def _without_value(step: Finished[_Task, GradedOne], run: ClassRun) -> GradedOne:
    """A submission that couldn't be packed, or whose grading ended with an error of ours."""
    theirs = isinstance(step.error, SubmissionError)
    reason = str(step.error) or type(step.error).__name__
    outcomes = no_results(step.task.found.name, step.task.record.stamp.source, reason, run.settings)
    marked = mark(outcomes, run.settings.assignment, _marking(step.task, run))
    files = [(OUTCOMES, to_json(outcomes)), *draw(marked, run.settings.assignment)]
    if not theirs and step.error is not None:
        files.append((FAULT, "".join(traceback.format_exception(step.error)).encode("utf-8", "replace")))
    return GradedOne(tuple(files), "submission" if theirs else "grader", reason)
