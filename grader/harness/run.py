"""Runs the suites: everything in the process that it is called in."""

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import pytest

from grader.errors import GraderError, UsageError
from grader.harness.plugin import Plan, Plugin
from grader.harness.rig import Place, open_rig
from grader.harness.shares import Placed
from grader.processor import claim
from grader.results import Isolation
from grader.settings import Settings

_ENDED = {pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.INTERRUPTED}
SUITES = Path(__file__).parent.parent / "suites"
# Plugins that the suites don't use: each costs time at the start and in every check.
_WITHOUT = (
    "cacheprovider", "doctest", "faulthandler", "junitxml", "logging", "nose", "pastebin", "recwarn",
    "setuponly", "setupplan", "stepwise", "threadexception", "unittest",
    "unraisableexception", "warnings", "debugging",
)  # fmt: skip


@dataclass(frozen=True)
class Facts:
    """What a run can say about itself when it is over."""

    python_version: str
    redis_py_version: str
    valkey_version: str
    server: str
    image: str
    image_digest: str
    server_note: str
    isolation: Isolation
    isolated: bool
    isolation_note: str
    schedules: int


@dataclass(frozen=True)
class Files:
    """What a run reads and writes beside its results."""

    details: Path  # pytest's own report
    lifeline: int  # a descriptor that ends when nobody waits for this run any more


def _abandon() -> NoReturn:
    raise KeyboardInterrupt


def run_suites(
    settings: Settings, plan: Plan, place: Place, emit: Callable[[Placed], None], files: Files
) -> Facts:
    """Run every check of the plan, hand each result to ``emit``, leave pytest's own report.

    Raises GraderError where anything of ours failed; what was emitted before then is void.
    """
    with claim() as processor, open_rig(settings, place, processor) as rig:
        rig.loop.watch(files.lifeline, _abandon)
        plugin = Plugin(rig, plan, emit)
        rig.wait_ready()
        _run_pytest(plan, plugin, files.details)
        if isinstance(plugin.internal, UsageError | KeyboardInterrupt):
            raise plugin.internal
        if plugin.internal is not None:
            raise GraderError(_say(plugin.internal)) from plugin.internal
        server = rig.server.facts
        return Facts(
            rig.worker.versions["python"],
            rig.worker.versions["redis"],
            server.version,
            server.kind,
            server.image,
            server.image_digest,
            server.note,
            rig.walls.kind,
            rig.walls.isolated,
            rig.walls.note,
            plugin.schedules,
        )


def _say(error: BaseException) -> str:
    return str(error) if isinstance(error, GraderError) else f"{type(error).__name__}: {error}"


def _run_pytest(plan: Plan, plugin: Plugin, details: Path) -> None:
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    os.environ.pop("PYTEST_ADDOPTS", None)
    files = [str(suite_file(exercise.id)) for exercise in plan.exercises]
    # Python's own traceback: pytest's, which looks for each statement's end, takes 50 ms a failed check.
    arguments = [
        *files, "-qq", "--tb=native", "--assert=plain", "--capture=no", "-c", os.devnull,
        f"--rootdir={SUITES}",
        "-p", "pytest_jsonreport.plugin", "--json-report", f"--json-report-file={details}",
        "--json-report-omit", "collectors", "keywords", "streams",
    ]  # fmt: skip
    for name in _WITHOUT:
        arguments += ["-p", f"no:{name}"]
    status = pytest.main(arguments, plugins=[plugin])
    if status == pytest.ExitCode.INTERRUPTED and plugin.internal is None and not plugin.stopped:
        raise KeyboardInterrupt
    if status not in _ENDED and plugin.internal is None:
        raise GraderError(f"The suites did not run to their end: {pytest.ExitCode(status).name}.")


def suite_file(exercise: str) -> Path:
    """An exercise's suite."""
    return SUITES / f"test_{exercise}.py"


def suite_digest(exercises: list[str]) -> str:
    """SHA-256 of everything that decides a verdict, in hex."""
    digest = hashlib.sha256()
    shared = sorted(path for path in SUITES.glob("*.py") if not path.name.startswith("test_"))
    for path in [*shared, *map(suite_file, sorted(exercises))]:
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()
