"""Chooses the walls around the worker, and gives the command that starts it behind them.

Theory of operation: the worker sees the same few places whatever the walls are, and ``Enclosure`` says under
which paths. With bubblewrap they are all that there is:

    /box/program     the worker's own files        read-only
    /box/library     redis-py and hiredis          read-only
    /box/submission  the submission's copy         read-only
    /box/sockets     control and proxy sockets     read-only: one can connect, not create
    /tmp             a small tmpfs                 the only writable place
    Python's executable, its library, time zones, shared libraries; /dev/null and /dev/urandom

There is no /proc, no network, no other process, no environment. Run by root, bubblewrap makes the namespaces
as root, for only root can show what lies below a private folder; then ``setpriv`` takes an unprivileged user
that nobody else has, and only then Python starts. Run by anyone else, everything happens in a user namespace
that allows no further one. The sockets in ``sockets`` must be writable for all (mode 0666) where the grader
is root; the folder above them is private.
"""

import os
import shutil
from dataclasses import dataclass, field, replace
from pathlib import Path

from grader.assignment import Bounds
from grader.errors import GraderError, UsageError
from grader.results import Isolation
from grader.sandbox import bubblewrap, container
from grader.sandbox.bubblewrap import Box
from grader.sandbox.container import ContainerBox
from grader.sandbox.limits import counts_by_namespace, resource_limits
from grader.sandbox.runtime import ABOUT, find_library, find_runtime, readable_by_all
from grader.sandbox.seccomp import make_filter

PROGRAM = Path(__file__).parent / "inside"
SCRATCH = container.SCRATCH

# -P -s -S -B: nothing but the standard library on the path, no bytecode written. Not -I, which would drop
# PYTHONHASHSEED too; the environment is ours to the last variable.
PYTHON_OPTIONS = ("-P", "-s", "-S", "-B")

# Local time is another than UTC, so that a mistake shows here that on most servers doesn't.
LOCAL_TIME, WEST_SECONDS = "EST5", 5 * 3600

FIRST_HOST, SECOND_HOST = "box", "box2"

CHOICES = ("auto", "bubblewrap", "container", "none")
WAYS = (Isolation.BUBBLEWRAP, Isolation.CONTAINER)  # in the order in which auto tries them

NOT_ISOLATED = "This run was not isolated and serves for practice only"


@dataclass(frozen=True)
class Walls:
    """The walls that a run has, and why not better ones."""

    kind: Isolation
    isolated: bool
    note: str = ""  # a sentence, where the run is not isolated
    program: str = ""  # bwrap's path, or docker's
    user: int | None = None  # the private user that the worker becomes; None: the grader's own
    host: str = FIRST_HOST


@dataclass(frozen=True)
class WallsPlan:
    """What is put behind the walls."""

    walls: Walls
    submission: Path  # the opened submission's root
    sockets: Path  # a folder; sockets may appear in it after the start
    scratch: Path  # a private folder of the run's, for copies and for practice without walls
    bounds: Bounds = field(default_factory=Bounds)


@dataclass(frozen=True)
class Enclosure:
    """How to start the worker, and what it sees, as it sees it."""

    command: tuple[str, ...]  # append the worker's file in ``program`` and its arguments
    environment: dict[str, str]
    program: str  # the folder of the worker's own files
    library: str  # the folder to put on sys.path for redis-py
    submission: str
    sockets: str
    scratch: str  # writable
    limits: dict[str, int]  # for resource.setrlimit, by the name of the constant
    filter: str = ""  # of system calls, in hex, for the worker to set itself; empty where the walls have


def choose(choice: str) -> Walls:
    """The walls for ``--sandbox`` choice; GraderError where those asked for can't be had."""
    if choice not in CHOICES:
        raise UsageError(f"--sandbox is auto, bubblewrap, container or none, not {choice!r}.")
    if choice == "none":
        return Walls(Isolation.NONE, isolated=False, note=f"{NOT_ISOLATED}, as --sandbox none asks.")
    problems = []
    for way in WAYS if choice == "auto" else (Isolation(choice),):
        walls, problem = _try_bubblewrap() if way is Isolation.BUBBLEWRAP else _try_container()
        if walls is not None:
            return walls
        problems.append(problem)
    if choice != "auto":
        raise GraderError(f"The sandbox {choice} can't be had on this machine. {problems[0]}")
    return Walls(Isolation.NONE, isolated=False, note=f"{NOT_ISOLATED}. {' '.join(problems)}")


def for_another(walls: Walls) -> Walls:
    """The same walls, for a second worker beside the first: no user of either may be the other's."""
    if walls.user is None:
        return walls
    made = bubblewrap if walls.kind is Isolation.BUBBLEWRAP else container
    return replace(walls, user=made.private_user())


def on_another_host(walls: Walls) -> Walls:
    """The same, for a second worker of one submission: both number their processes alike.

    Who says which process it is names its host too, by which the two are told apart.
    """
    return replace(for_another(walls), host=SECOND_HOST)


def _try_bubblewrap() -> tuple[Walls | None, str]:
    user = bubblewrap.private_user() if os.geteuid() == 0 else None
    trial = bubblewrap.find(user)
    if not trial.program:
        return None, trial.problem
    return Walls(Isolation.BUBBLEWRAP, isolated=True, program=trial.program, user=user), ""


def _try_container() -> tuple[Walls | None, str]:
    docker, problem = container.find()
    if not docker:
        return None, problem
    return Walls(Isolation.CONTAINER, isolated=True, program=docker, user=container.private_user()), ""


def enclose(plan: WallsPlan) -> Enclosure:
    """The command and the view of a worker behind the plan's walls."""
    if plan.walls.kind is Isolation.BUBBLEWRAP:
        return _enclose_bubblewrap(plan)
    if plan.walls.kind is Isolation.CONTAINER:
        return _enclose_container(plan)
    return _enclose_nothing(plan)


def _shown(plan: WallsPlan) -> tuple[tuple[str, str], ...]:
    """(path here, path inside) of all but Python itself."""
    shown = [
        (_for_all(PROGRAM, "worker_wire.py", plan), "/box/program"),
        *((_for_all(path, _sample(path), plan), f"/box/library/{path.name}") for path in find_library()),
        (plan.submission, "/box/submission"),
        (plan.sockets, "/box/sockets"),
    ]
    return tuple((str(source), place) for source, place in shown)


def _enclose_bubblewrap(plan: WallsPlan) -> Enclosure:
    runtime = find_runtime()
    box = Box(
        program=plan.walls.program,
        user=plan.walls.user,
        runtime=runtime,
        shown=_shown(plan),
        scratch_bytes=plan.bounds.file_mib * 1024 * 1024,
        seccomp=bubblewrap.write_filter(plan.scratch),
        host=plan.walls.host,
    )
    command = (*bubblewrap.arguments(box), str(runtime.python), *PYTHON_OPTIONS)
    own_user = plan.walls.user is not None or counts_by_namespace()
    return _boxed(plan, command, _environment(SCRATCH), own_user=own_user)


def _enclose_container(plan: WallsPlan) -> Enclosure:
    assert plan.walls.user is not None  # noqa: S101 - _try_container sets it
    user, host, environment = plan.walls.user, plan.walls.host, _environment(SCRATCH)
    box = ContainerBox(plan.walls.program, user, plan.bounds, _shown(plan), environment, host)
    command = (*container.arguments(box), *PYTHON_OPTIONS)
    # The docker program itself needs what it needs of our environment; the worker gets the box's.
    enclosure = _boxed(plan, command, dict(os.environ), own_user=True)
    return replace(enclosure, filter=make_filter().hex())


def _boxed(
    plan: WallsPlan, command: tuple[str, ...], environment: dict[str, str], *, own_user: bool
) -> Enclosure:
    return Enclosure(
        command=command,
        environment=environment,
        program="/box/program",
        library="/box/library",
        submission="/box/submission",
        sockets="/box/sockets",
        scratch=SCRATCH,
        limits=resource_limits(plan.bounds, own_user=own_user),
    )


def _enclose_nothing(plan: WallsPlan) -> Enclosure:
    library, scratch = plan.scratch / "library", plan.scratch / "tmp"
    for folder in (library, scratch):
        folder.mkdir(parents=True, exist_ok=True)
    for package in find_library():
        place = library / package.name
        if not place.is_symlink():
            place.symlink_to(package)
    return Enclosure(
        command=(str(find_runtime().python), *PYTHON_OPTIONS),
        environment=_environment(str(scratch)),
        program=str(PROGRAM),
        library=str(library),
        submission=str(plan.submission),
        sockets=str(plan.sockets),
        scratch=str(scratch),
        limits=resource_limits(plan.bounds, own_user=False),
    )


def _environment(scratch: str) -> dict[str, str]:
    """All that the worker's environment holds."""
    return {
        "HOME": scratch,
        "TMPDIR": scratch,
        "LANG": "C.UTF-8",
        "USER": "student",  # for getpass.getuser, which finds no name for a private user's number
        "PATH": "",
        "PYTHONHASHSEED": "0",
        "TZ": LOCAL_TIME,
        "MALLOC_ARENA_MAX": "2",  # each of glibc's arenas reserves 64 MiB of address space
    }


def _sample(package: Path) -> str:
    """A file that a package's folder has, or the one that tells of it."""
    return "METADATA" if package.suffix == ABOUT else "__init__.py"


def _for_all(folder: Path, sample: str, plan: WallsPlan) -> Path:
    """The folder itself, or a copy that any user may read, where a strict umask left it to root alone."""
    if plan.walls.user is None or readable_by_all(folder / sample):
        return folder
    copy = plan.scratch / "readable" / folder.name
    if not copy.is_dir():
        shutil.copytree(folder, copy, ignore=shutil.ignore_patterns("__pycache__"))
        for path in (copy, *copy.rglob("*")):
            path.chmod(0o755 if path.is_dir() else 0o644)
    return copy
