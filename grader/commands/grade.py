"""`grade SUBMISSION`: one submission, from a folder or archive to a scorecard."""

from pathlib import Path
from typing import Any

import click

from grader.commands.grading import grade_and_report
from grader.commands.request import Request
from grader.settings import CHOICES

PATH = click.Path(path_type=Path)
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("grade")
@click.argument("submission", type=PATH)
@click.option("--out", type=PATH, help="Folder for results.json and scorecard.html [graded/NAME].")
@click.option("--exercise", "exercises", multiple=True, help="Grade this exercise alone; may be repeated.")
@click.option("--check", "checks", multiple=True, help="Run this check alone and show its commands.")
@click.option("--seed", type=click.IntRange(0, 2**31 - 1), help="Replay a run: its random data [random].")
@click.option("--server", type=click.Choice(CHOICES["server"]), default="auto", show_default=True)
@click.option("--image", default="", help="The container image of Valkey, instead of the pinned one.")
@click.option("--sandbox", type=click.Choice(CHOICES["sandbox"]), default="auto", show_default=True)
@click.option("--assignment", type=FILE, help="The assignment's settings, a TOML file.")
@click.option("--call-seconds", type=click.FloatRange(0.5, 60), help="Time limit for one call [5].")
@click.option("--schedules", type=click.IntRange(1, 100_000), help="Orders that a race check tries at most.")
@click.option("--format", "formats", multiple=True, metavar="NAME=PATH", help="Write this format too.")
@click.option("--fail-under", type=float, help="Exit with status 1 for a score below this.")
@click.option("--fail-fast/--keep-going", default=False, help="Stop at the first check that fails.")
@click.option("--json", "as_json", is_flag=True, help="Print results.json and nothing else.")
@click.option("--quiet", is_flag=True, help="Print nothing but errors.")
@click.option("--language", default="", help="Of scorecard and terminal: en, de [the assignment's].")
@click.pass_context
def command(context: click.Context, /, **options: Any) -> None:
    """Grade SUBMISSION, a folder, .zip or .tar.gz, and write its results and scorecard.

    Exit status: 0 graded; 1 below --fail-under; 2 wrong usage; 3 the submission can't be read; 4 the grader's
    own fault, nothing was charged; 130 interrupted.
    """
    context.exit(grade_and_report(Request(**options)))
