"""`grader score`: points anew from the stored outcomes; nothing is run."""

from pathlib import Path

import click

from grader.assignment import DEFAULT
from grader.commands.files import FILE, FOLDER, given_stubs, tell_closed
from grader.commands.settings import given_assignment
from grader.course.again import Changes, score_again
from grader.course.closing import Closing
from grader.course.store import Store
from grader.harness.known import known_checks
from grader.overrides import load_overrides
from grader.roster import load_roster


@click.command("score")
@click.argument("graded", type=FOLDER)
@click.option("--assignment", type=FILE, help="Other settings. Default: as the last time.")
@click.option("--overrides", type=FILE, help="Other overrides. Default: as the last time.")
@click.option("--roster", type=FILE, help="Another roster. Default: as the last time.")
@click.option("--moodle-worksheet", type=FILE, help="Moodle's offline worksheet, to be filled in.")
def command(
    graded: Path,
    assignment: Path | None,
    overrides: Path | None,
    roster: Path | None,
    moodle_worksheet: Path | None,
) -> None:
    """Score the class in GRADED again, a folder that 'grader class' wrote."""
    changes = Changes(
        given_assignment(assignment) if assignment else None,
        load_overrides(overrides, known_checks(DEFAULT)) if overrides else None,
        load_roster(roster) if roster else None,
    )
    stubs = given_stubs(None, Store(graded).read_class().assignment)
    tell_closed(score_again(graded, changes, Closing(stubs, moodle_worksheet)), graded)
