"""`grader gradescope-zip`: builds the zip that Gradescope takes as an autograder."""

from pathlib import Path

import click

from grader.commands.settings import given_assignment
from grader.gradescope import Options
from grader.gradescope_archive import build_zip

ROOT = Path(__file__).parents[2]  # the grader's repository
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("gradescope-zip")
@click.argument("out", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--assignment", type=FILE, help="The assignment's settings, a TOML file.")
@click.option("--attempts", type=click.IntRange(min=0), default=0, help="Graded submissions; 0: no limit.")
@click.option("--sandbox", type=click.Choice(["bubblewrap", "auto"]), default="bubblewrap")
def command(out: Path, assignment: Path | None, attempts: int, sandbox: str) -> None:
    """Write the autograder's zip to OUT. It holds the hidden suites: give it to Gradescope alone."""
    given_assignment(assignment)  # a mistake in the settings is said here, not on Gradescope
    names = build_zip(out, ROOT, Options(attempts, sandbox), assignment)
    click.echo(f"Wrote {len(names)} files to {out}.")
