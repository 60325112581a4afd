"""A class from its folder to its reports: what ``grader class`` does."""

import contextlib
import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from grader.course.closing import Closed, Closing, close_class
from grader.course.cluster import Cluster, connect, on_worker
from grader.course.discovery import Class, Found, discover
from grader.course.grading import grade_one
from grader.course.job import GradedOne, Job
from grader.course.lock import alone_in
from grader.course.processes import WarmProcesses
from grader.course.progress import Watcher
from grader.course.run import ClassRun, Outline, grade_class, refuse_nobody
from grader.course.store import ClassRecord, Present, Store
from grader.errors import GraderError, UsageError
from grader.harness.suite_files import suite_digest
from grader.overrides import Override, check_known
from grader.roster import Student
from grader.sandbox.walls import choose
from grader.server.embedded import find_binary
from grader.settings import Settings

LONGEST_SECONDS = 3600.0  # of one submission: a net under all other limits, wide for a swamped machine
WINDOW = 2  # submissions sent ahead for each process: enough that none waits for the next
Work = Callable[[Job], GradedOne]


@dataclass(frozen=True)
class Request:
    """A class run as it was asked for."""

    submissions: Path
    out: Path
    settings: Settings
    seed: int | None = None  # None: that of the last run, else a new one
    jobs: int = 1
    only: str = "*"
    force: bool = False
    fail_fast: bool = False
    scheduler: str = ""
    roster: tuple[Student, ...] | None = None  # None: as the last time
    overrides: tuple[Override, ...] | None = None
    closing: Closing = field(default_factory=Closing)


def conduct(request: Request, watcher: Watcher) -> tuple[Outline, Closed]:
    """Grades what is missing, draws everything; what was done, and what was written for the instructor."""
    with alone_in(request.out):
        return _conduct(request, watcher)


def _conduct(request: Request, watcher: Watcher) -> tuple[Outline, Closed]:
    store = Store(request.out)
    before = store.read_class() if store.has_class() else None
    settings = replace(request.settings, seed=_seed(request, before), server=_server(request.settings.server))
    _refuse_practice(settings)
    roster = request.roster if request.roster is not None else before.roster if before else ()
    overrides = request.overrides if request.overrides is not None else before.overrides if before else ()
    check_known(overrides, {e.id for e in settings.assignment.exercises}, set())
    modules = [exercise.module for exercise in settings.assignment.exercises]
    found = discover(request.submissions, roster, modules, request.out)
    refuse_nobody(found.found, request.only)
    record = _record(settings, found, roster, overrides)
    store.write_class(record)
    with _machines(request) as (machines, work):
        run = ClassRun(
            store=store,
            settings=settings,
            suite=suite_digest([e.id for e in settings.assignment.exercises if e.enabled]),
            work=work,
            window=machines.threads * WINDOW,
            overrides=overrides,
            only=request.only,
            force=request.force,
            fail_fast=request.fail_fast,
        )
        outline = grade_class(found.found, run, machines.executor, watcher)
    return outline, close_class(store, record, request.closing)


def _seed(request: Request, before: ClassRecord | None) -> int:
    """A class keeps its seed, so that starting again with the same command grades only what is missing."""
    if request.seed is not None:
        return request.seed
    return before.seed if before else random.SystemRandom().randrange(2**31)


def _server(choice: str) -> str:
    """Each submission gets a fresh Valkey: an embedded one starts in 20 ms, a container in a second."""
    if choice != "auto":
        return choice
    try:
        find_binary()
    except GraderError:
        return "auto"
    return "embedded"


def _refuse_practice(settings: Settings) -> None:
    """A class is graded behind walls, unless somebody says that it shall not be."""
    walls = choose(settings.sandbox)
    if not walls.isolated and settings.sandbox != "none":
        raise UsageError(f"{walls.note} To grade a class all the same, say --sandbox none.")


def present(found: Iterable[Found]) -> tuple[Present, ...]:
    """What is kept of the submissions that were found."""
    return tuple(Present(one.folder, one.name, one.key, one.shown) for one in found)


def _record(
    settings: Settings, found: Class, roster: tuple[Student, ...], overrides: tuple[Override, ...]
) -> ClassRecord:
    return ClassRecord(
        assignment=settings.assignment,
        seed=settings.seed,
        present=present(found.found),
        roster=roster,
        overrides=overrides,
        left_alone=found.left_alone,
    )


@contextlib.contextmanager
def _machines(request: Request) -> Iterator[tuple[Cluster, Work]]:
    """Where to grade, and what to call there: a cluster, or this machine's own processes."""
    if request.scheduler:
        with connect(request.scheduler) as cluster:
            yield cluster, on_worker(grade_one, LONGEST_SECONDS)
        return
    processes = WarmProcesses(request.jobs, LONGEST_SECONDS)
    try:
        yield Cluster(processes, request.jobs), grade_one
    finally:
        processes.shutdown(wait=True, cancel_futures=True)
