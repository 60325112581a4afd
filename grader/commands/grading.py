"""What `grade` does with its options: grade, write the files, say what came out."""

import gc
import os
import secrets
import shutil
import sys
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from grader import exits
from grader.assignment import Assignment
from grader.assignment_file import load_assignment
from grader.codec import to_json
from grader.errors import UsageError
from grader.files import write_atomically
from grader.grade import grade
from grader.harness.attempt import Watch
from grader.harness.known import known_checks
from grader.results import Results, Status
from grader.settings import Settings
from reports import html, terminal
from reports.formats.context import Context
from reports.formats.files import parse, write_formats
from reports.terminal_progress import Progress
from reports.visibility import Visibility

RESULTS = "results.json"
SCORECARD = "scorecard.html"
GUIDE_FILE = Path(__file__).parents[2] / "exercises" / "README.md"
DETAILS = "details"  # the instructor's: pytest's own report and the grader's log
WIDTH = 80
JOBS = 2  # more processes than this gain little: the longest exercise decides


@dataclass(frozen=True)
class Request:
    """The options as they were typed."""

    submission: Path
    out: Path | None
    exercises: tuple[str, ...]
    checks: tuple[str, ...]
    seed: int | None
    server: str
    image: str
    sandbox: str
    assignment: Path | None
    call_seconds: float | None
    schedules: int | None
    formats: tuple[str, ...]
    fail_under: float | None
    fail_fast: bool
    as_json: bool
    quiet: bool
    language: str


def grade_and_report(request: Request) -> int:
    """Grade, write and print; gives the exit status."""
    gc.freeze()  # what was imported stays to the end, and needn't be looked through then
    parse(request.formats)  # before the work, not after it
    settings = make_settings(request)
    language = request.language or settings.assignment.language
    out = request.out or Path("graded", Path(os.path.realpath(request.submission)).name)
    details = _make_folder(out / DETAILS)
    with ExitStack() as stack:
        watch: Watch = _ignore
        if not request.quiet and not request.as_json:
            watch = stack.enter_context(_progress(language)).add
        results = grade(request.submission, settings, watch, details)
    write_atomically(out / RESULTS, to_json(results))
    guide = settings.assignment.guide or os.path.relpath(GUIDE_FILE, out)
    write_atomically(out / SCORECARD, html.render(results, language, guide=guide).encode())
    write_formats(request.formats, results, _context(settings.assignment, language))
    _print(request, results, out, language)
    return _status(results, request.fail_under)


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


def _progress(language: str) -> Progress:
    return Progress(sys.stderr, width=_width(), colour=_colour(sys.stderr.isatty()), language=language)


def _ignore(check: object) -> None:
    """Nobody watches."""


def _width() -> int:
    return shutil.get_terminal_size((WIDTH, 24)).columns if sys.stdout.isatty() else WIDTH


def _colour(terminal_there: bool) -> bool:  # noqa: FBT001 - its only argument
    # https://no-color.org: set to anything but nothing.
    return terminal_there and not os.environ.get("NO_COLOR")


def _context(assignment: Assignment, language: str) -> Context:
    rules = Visibility(assignment.visibility, assignment.due, assignment.published)
    return Context(
        visibility=rules,
        now=datetime.now(UTC),
        platform=dict(os.environ),
        language=language,
        guide=assignment.guide,
    )


def _print(request: Request, results: Results, out: Path, language: str) -> None:
    if request.as_json:
        sys.stdout.write(to_json(results).decode())
    elif not request.quiet:
        colour = _colour(sys.stdout.isatty())
        page = str(out / SCORECARD)
        sys.stdout.write(
            terminal.render(results, width=_width(), colour=colour, language=language, page=page)
        )
    if results.status is Status.NOT_GRADED:
        sys.stderr.write(f"Not graded, and nothing was charged: {results.reason}\n")


def _status(results: Results, fail_under: float | None) -> int:
    if results.status is Status.NOT_GRADED:
        return exits.GRADER_FAULT
    if fail_under is not None and (results.score or 0) < fail_under:
        return exits.BELOW
    return exits.GRADED
