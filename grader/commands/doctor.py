"""`grader doctor`: says what the machine offers."""

import click

from grader import exits
from grader.doctor import can_grade, draw, examine


@click.command("doctor")
@click.option("--image", default="", help="The container image of Valkey, instead of the pinned one.")
def command(image: str) -> int:
    """Say what this machine offers for grading, and what each lack costs.

    Exit status: 0 where submissions can be graded here, 4 where not.
    """
    findings = examine(image)
    click.echo(draw(findings))
    if can_grade(findings):
        return exits.GRADED
    click.echo("Nothing can be graded on this machine yet.", err=True)
    return exits.GRADER_FAULT
