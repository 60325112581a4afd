"""Shows what `grade` finds: progress, files, the terminal's page."""

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import click

from grader import exits
from grader.assignment import Assignment
from grader.codec import to_json
from grader.commands.request import Request
from grader.files import write_atomically
from grader.harness.attempt import Watch
from grader.results import Results, Status
from grader.streams import fall_silent
from reports import html, terminal
from reports.catalogue import load
from reports.formats.context import Context
from reports.formats.files import parse, write_formats
from reports.terminal_progress import Progress
from reports.visibility import Visibility

RESULTS = "results.json"
SCORECARD = "scorecard.html"
GUIDE_FILE = Path(__file__).parents[2] / "exercises" / "README.md"
WIDTH = 80


@dataclass(frozen=True)
class Showing:
    """What is shown of one grading, as its options ask for."""

    request: Request
    assignment: Assignment
    out: Path

    def __post_init__(self) -> None:
        # What is wrong is told before any check is run.
        parse(self.request.formats)
        load(self._language)

    @property
    def _language(self) -> str:
        return self.request.language or self.assignment.language

    @contextmanager
    def progress(self) -> Iterator[Watch]:
        """Shows each check's result as it comes, unless nobody wants to see it."""
        if self.request.quiet or self.request.as_json:
            yield _ignore
            return
        colour = _colour(sys.stderr.isatty())
        with Progress(sys.stderr, width=_width(), colour=colour, language=self._language) as progress:
            yield progress.add

    def show(self, results: Results) -> int:
        """Write the files and print; gives the exit status."""
        write_atomically(self.out / RESULTS, to_json(results))
        guide = self.assignment.guide or os.path.relpath(GUIDE_FILE, self.out)
        page = html.render(results, self._language, guide=guide)
        write_atomically(self.out / SCORECARD, page.encode())
        write_formats(self.request.formats, results, self._context())
        try:
            self._print(results)
            sys.stdout.flush()
        except BrokenPipeError:  # the status is told all the same
            fall_silent()
        return self._status(results)

    def _context(self) -> Context:
        rules = Visibility(self.assignment.visibility, self.assignment.due, self.assignment.published)
        return Context(
            visibility=rules,
            now=datetime.now(UTC),
            platform=dict(os.environ),
            language=self._language,
            guide=self.assignment.guide,
        )

    def _print(self, results: Results) -> None:
        if self.request.as_json:
            click.echo(to_json(results), nl=False)  # bytes: JSON is UTF-8, whatever the terminal's letters
        elif not self.request.quiet:
            look = terminal.Look(_width(), _colour(sys.stdout.isatty()), self._language)
            page, typed = str(self.out / SCORECARD), str(self.request.submission)
            text = terminal.render(results, look, page=page, typed=typed)
            sys.stdout.write(text)
        if results.status is Status.NOT_GRADED:
            sys.stderr.write(f"Not graded, and nothing was charged: {results.reason}\n")

    def _status(self, results: Results) -> int:
        if results.status is Status.NOT_GRADED:
            return exits.GRADER_FAULT
        least = self.request.fail_under
        # Nothing is as much as "nan": a gate that was set wrongly lets nobody through.
        return exits.GRADED if least is None or (results.score or 0) >= least else exits.BELOW


def _ignore(check: object) -> None:
    """Nobody watches."""


def _width() -> int:
    return shutil.get_terminal_size((WIDTH, 24)).columns if sys.stdout.isatty() else WIDTH


def _colour(terminal_there: bool) -> bool:  # noqa: FBT001 - its only argument
    # https://no-color.org: set to anything but nothing.
    return terminal_there and not os.environ.get("NO_COLOR")
