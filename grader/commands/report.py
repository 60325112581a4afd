"""`grader report`: draws results again, one student's or a whole class's; nothing is run."""

import os
from datetime import UTC, datetime
from pathlib import Path

import click

from grader.assignment_file import load_assignment
from grader.codec import DecodeError, from_json
from grader.commands.files import FILE, given_stubs, tell_closed
from grader.course.again import Changes, score_again
from grader.course.closing import Closing
from grader.course.store import Store, write
from grader.errors import UsageError
from grader.feedback import visibility
from grader.results import Results
from reports.formats.context import Context
from reports.formats.table import APPENDED, FORMATS
from reports.html import render
from reports.scorecard import GUIDE


@click.command("report")
@click.argument("results", type=click.Path(exists=True, path_type=Path))
@click.option(
    "--out", type=click.Path(path_type=Path), help="The page. Default: scorecard.html beside RESULTS."
)
@click.option("--format", "formats", multiple=True, metavar="NAME=PATH", help=f"Of {', '.join(FORMATS)}.")
@click.option("--assignment", type=FILE, help="Settings with visibility rules and language.")
def command(results: Path, out: Path | None, formats: tuple[str, ...], assignment: Path | None) -> None:
    """Draw RESULTS again: a results.json, or a folder that 'grader class' wrote."""
    if results.is_dir():
        stubs = given_stubs(None, Store(results).read_class().assignment)
        tell_closed(score_again(results, Changes(), Closing(stubs, redraw=True)), results)
        return
    settings = load_assignment(assignment)
    stored = _read(results)
    context = Context(
        visibility(settings), datetime.now(UTC), os.environ, language=settings.language, guide=settings.guide
    )
    for wanted in formats:
        click.echo(f"Wrote {_write(wanted, stored, context)}")
    if out or not formats:
        page = out or results.with_name("scorecard.html")
        write(page, render(stored, settings.language, guide=settings.guide or GUIDE).encode())
        click.echo(f"Wrote {page}")


def _read(path: Path) -> Results:
    try:
        return from_json(path.read_bytes(), Results)
    except (OSError, DecodeError) as error:
        raise UsageError(f"{path} can't be read as results: {error}.") from None


def _write(wanted: str, results: Results, context: Context) -> str:
    """Writes one NAME=PATH; the path."""
    name, _, path = wanted.partition("=")
    if name not in FORMATS or not path:
        raise UsageError(f"--format {wanted}: write NAME=PATH, NAME being one of {', '.join(FORMATS)}.")
    text = FORMATS[name](results, context)
    if name in APPENDED:
        with Path(path).open("a", encoding="utf-8") as file:
            file.write(text)
    else:
        write(Path(path), text.encode())
    return path
