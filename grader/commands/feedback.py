"""`grader feedback`: what each student may see today, one folder or zip for each."""

from datetime import UTC, datetime
from pathlib import Path

import click

from grader.commands.files import FOLDER
from grader.feedback import write_feedback
from grader.roster import parse_time


@click.command("feedback")
@click.argument("graded", type=FOLDER)
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), default="feedback", show_default=True
)
@click.option("--zip", "zipped", is_flag=True, help="One zip for each student instead of a folder.")
@click.option("--at", default="", metavar="TIME", help="As seen at this time, with an offset. Default: now.")
def command(graded: Path, out: Path, at: str, *, zipped: bool) -> None:
    """Write feedback for each student of the class in GRADED, by its visibility rules."""
    now = parse_time(at, "--at") if at else datetime.now(UTC)
    count = write_feedback(graded, out, now, zipped=zipped)
    click.echo(f"Wrote feedback for {count} student{'' if count == 1 else 's'} to {out}.")
