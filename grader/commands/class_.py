"""`grader class`: grades a folder of submissions, in parallel, and goes on where it was stopped."""

import os
import shlex
import sys
from pathlib import Path
from typing import Any

import click

from grader.commands.files import FILE, FOLDER, given_stubs, tell_closed
from grader.commands.settings import given_assignment
from grader.course.closing import Closed, Closing
from grader.course.conduct import Request, conduct
from grader.course.progress import watcher
from grader.course.run import Outline
from grader.errors import GraderError
from grader.harness.known import known_checks
from grader.overrides import load_overrides
from grader.roster import load_roster
from grader.settings import Settings


def cores() -> int:
    """The processors that this process may use."""
    tell = getattr(os, "sched_getaffinity", None)
    return len(tell(0)) if tell else os.cpu_count() or 1


@click.command("class")
@click.argument("submissions", type=FOLDER)
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), default="graded", show_default=True)
@click.option("--assignment", "assignment", type=FILE, help="The assignment's settings, in TOML.")
@click.option("--roster", type=FILE, help="Who is in the class: a CSV.")
@click.option("--overrides", type=FILE, help="Decisions about single students, in TOML.")
@click.option("--moodle-worksheet", type=FILE, help="Moodle's offline worksheet, to be filled in.")
@click.option("--jobs", type=click.IntRange(1, 256), default=cores(), help="Default: the cores.")
@click.option("--scheduler", default="", metavar="TCP://HOST:PORT", help="Grade on a Dask cluster instead.")
@click.option("--only", default="*", metavar="PATTERN", help="Grade those whose name matches.")
@click.option("--force", is_flag=True, help="Grade again what hasn't changed.")
@click.option("--fail-fast", is_flag=True, help="Stop at the grader's first own failure.")
@click.option("--seed", type=click.IntRange(0, 2**31 - 1), help="Default: the last run's, or a new one.")
@click.option(
    "--server",
    type=click.Choice(["auto", "container", "embedded"]),
    default="auto",
    help="auto: the embedded one, which starts fastest.",
)
@click.option("--sandbox", type=click.Choice(["auto", "bubblewrap", "container", "none"]), default="auto")
@click.option("--stubs", type=FOLDER, help="What students started from. Default: the grader's exercises.")
def command(submissions: Path, out: Path, **options: Any) -> None:
    """Grade every submission in the folder SUBMISSIONS and report on the class."""
    assignment = given_assignment(options["assignment"])
    request = Request(
        submissions=submissions,
        out=out,
        settings=Settings(0, assignment, options["server"], sandbox=options["sandbox"]),
        seed=options["seed"],
        jobs=options["jobs"],
        only=options["only"],
        force=options["force"],
        fail_fast=options["fail_fast"],
        scheduler=options["scheduler"],
        roster=load_roster(options["roster"]) if options["roster"] else None,
        overrides=load_overrides(options["overrides"], known_checks(assignment))
        if options["overrides"]
        else None,
        closing=Closing(given_stubs(options["stubs"], assignment), options["moodle_worksheet"]),
    )
    outline, closed = conduct(request, watcher())
    _tell(outline, closed, out)


def _tell(outline: Outline, closed: Closed, out: Path) -> None:
    """What was done, and where to look; GraderError where somebody could not be graded."""
    click.echo(f"Graded {outline.graded}, unchanged {outline.unchanged}.")
    tell_closed(closed, out)
    if outline.faults:
        names = ", ".join(outline.faults)
        # What is graded stays as it is: only those are tried again.
        words = [word for word in sys.argv[1:] if word != "--force"]
        raise GraderError(
            f"{len(outline.faults)} of the submissions could not be graded: {names}. "
            f"To try them again: {shlex.join([Path(sys.argv[0]).name, *words])}"
        )
