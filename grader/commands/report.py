"""`grader report`: draws results again, one student's or a whole class's; nothing is run."""

import os
from datetime import UTC, datetime
from pathlib import Path

import click

from grader.commands.files import FILE, given_stubs, tell_closed
from grader.commands.settings import given_assignment
from grader.commands.stored import read_results
from grader.course.again import Changes, score_again
from grader.course.closing import Closing
from grader.course.store import Store
from grader.errors import UsageError
from grader.feedback import visibility
from grader.files import make_folder
from reports.formats.context import Context
from reports.formats.files import parse, put, write_formats
from reports.formats.table import FORMATS
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
    """Draw RESULTS again: a results.json, or a folder that 'grader class' wrote.

    A class is drawn in place and as it was scored last: it takes none of the options.
    """
    if results.is_dir():
        if out or formats or assignment:
            raise UsageError(
                f"{results} is a folder: --out, --format and --assignment are for one results.json. "
                "'grader score' takes other settings for a class."
            )
        stubs = given_stubs(None, Store(results).read_class().assignment)
        tell_closed(score_again(results, Changes(), Closing(stubs, redraw=True)), results)
        return
    settings = given_assignment(assignment)
    paths = [path for _, path in parse(formats)]
    stored = read_results(results)
    context = Context(
        visibility(settings), datetime.now(UTC), os.environ, language=settings.language, guide=settings.guide
    )
    for path in paths:
        make_folder(path.parent)
    write_formats(formats, stored, context)
    if out or not formats:
        page = out or results.with_name("scorecard.html")
        make_folder(page.parent)
        put(page, render(stored, settings.language, guide=settings.guide or GUIDE))
        paths.append(page)
    for path in paths:
        click.echo(f"Wrote {path}", err=_is_stdout(path))


def _is_stdout(path: Path) -> bool:
    """Whether what was written went to where we print: no sentence of ours belongs into it."""
    try:
        return os.path.samestat(path.stat(), os.fstat(1))
    except OSError:
        return False
