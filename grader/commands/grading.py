"""What `grade` does with its options: grade, then show what came out."""

import importlib
import os
import secrets
from contextlib import ExitStack
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, cast

from grader.assignment_file import load_assignment
from grader.commands.request import Request
from grader.errors import UsageError
from grader.grade import grade
from grader.harness.attempt import Watch
from grader.harness.known import known_checks
from grader.settings import Settings

if TYPE_CHECKING:
    from grader.commands.showing import Showing

DETAILS = "details"  # the instructor's: pytest's own report and the grader's log
JOBS = 2  # more processes than this gain little: the longest exercise decides


def grade_and_report(request: Request) -> int:
    """Grade, write and print; gives the exit status."""
    settings = make_settings(request)
    out = request.out or Path("graded", Path(os.path.realpath(request.submission)).name)
    details = _make_folder(out / DETAILS)

    @cache
    def showing() -> "Showing":
        # Imported while the first checks are run, for it takes as long as all that grades.
        made = importlib.import_module("grader.commands.showing").Showing(request, settings.assignment, out)
        return cast("Showing", made)

    with ExitStack() as stack:

        def open_watch() -> Watch:
            return stack.enter_context(showing().progress())

        results = grade(request.submission, settings, open_watch, details)
    return showing().show(results)


def make_settings(request: Request) -> Settings:
    """The settings that the options ask for."""
    assignment = load_assignment(request.assignment, known_checks)
    if request.call_seconds is not None:
        bounds = replace(assignment.bounds, call_seconds=request.call_seconds)
        assignment = replace(assignment, bounds=bounds)
    settings = Settings(
        seed=secrets.randbelow(2**31) if request.seed is None else request.seed,
        assignment=assignment,
        server=request.server,
        image=request.image or assignment.server_image,
        sandbox=request.sandbox,
        exercises=request.exercises,
        checks=request.checks,
        fail_fast=request.fail_fast,
        jobs=min(JOBS, os.cpu_count() or 1),
    )
    return settings if request.schedules is None else replace(settings, schedules=request.schedules)


def _make_folder(path: Path) -> Path:
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(
            f"The folder {path.parent} can't be written: {error.strerror}. Choose another with --out."
        ) from None
    return path
