"""Runs the suites: everything in the process that it is called in."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import pytest

from grader.errors import GraderError, UsageError, say_fault
from grader.harness import suite_files
from grader.harness.plan import Facts, Files, Plan
from grader.harness.plugin import Plugin
from grader.harness.rig import Rig
from grader.harness.shares import Placed

_ENDED = {pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.INTERRUPTED}
# Plugins that the suites don't use: each costs time at the start and in every check.
_WITHOUT = (
    "cacheprovider", "debugging", "doctest", "faulthandler", "junitxml", "logging", "monkeypatch", "nose",
    "pastebin", "recwarn", "setuponly", "setupplan", "skipping", "stepwise", "subtests", "threadexception",
    "tmpdir", "unittest", "unraisableexception", "warnings",
)  # fmt: skip


def _abandon() -> NoReturn:
    raise KeyboardInterrupt


def run_suites(plan: Plan, rig: Rig, emit: Callable[[Placed], None], files: Files) -> Facts:
    """Run every check of the plan, hand each result to ``emit``, leave pytest's own report.

    Raises GraderError where anything of ours failed; what was emitted before then is void.
    """
    rig.loop.watch(files.lifeline, _abandon)
    with rig.in_use():
        plugin = Plugin(rig, plan, emit)
        _run_pytest(plan, plugin, files.details)
        if isinstance(plugin.internal, UsageError | KeyboardInterrupt):
            raise plugin.internal
        if plugin.internal is not None:
            raise GraderError(say_fault(plugin.internal)) from plugin.internal
        server = rig.server.facts
        return Facts(
            rig.workers.versions["python"],
            rig.workers.versions["redis"],
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


def _run_pytest(plan: Plan, plugin: Plugin, details: Path) -> None:
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    os.environ.pop("PYTEST_ADDOPTS", None)
    files = [str(suite_files.suite_file(exercise.id)) for exercise in plan.exercises]
    # Python's own traceback: pytest's, which looks for each statement's end, takes 50 ms a failed check.
    arguments = [
        *files, "-qq", "--no-summary", "--tb=native", "--assert=plain", "--capture=no", "-c", os.devnull,
        f"--rootdir={suite_files.SUITES}",
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
