"""`grader starter`: writes the repository that students start from."""

from pathlib import Path

import click

from grader.assignment import Assignment
from grader.commands.settings import given_assignment
from grader.errors import GraderError
from grader.grade import grade
from grader.results import Results
from grader.settings import Settings
from grader.starter import Starter, write_starter

ROOT = Path(__file__).parents[2]  # the grader's repository
FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.command("starter")
@click.argument("out", type=click.Path(path_type=Path))
@click.option("--exercises", type=FOLDER, default=ROOT / "exercises", help="The stubs' folder.")
@click.option("--assignment", "file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--grader", default="", help="OWNER/NAME@COMMIT: adds the workflow that grades.")
@click.option("--verify", is_flag=True, help="Prove that the stubs score 0 and the solutions full marks.")
def command(out: Path, exercises: Path, file: Path | None, grader: str, *, verify: bool) -> None:
    """Write the template repository to OUT, a new or an empty folder."""
    assignment = given_assignment(file)
    names = write_starter(out, Starter(exercises, ROOT / "requirements.lock", assignment, grader))
    click.echo(f"Wrote {len(names)} files to {out}.")
    if verify:
        _verify(out, assignment)


def _verify(out: Path, assignment: Assignment) -> None:
    stubs = _grade(out, assignment)
    if stubs.score != 0:
        raise GraderError(f"The stubs score {stubs.score}, not 0.{_reason(stubs)}")
    solutions = _grade(ROOT / "solutions", assignment)
    most = solutions.max_score
    if solutions.score != most:
        raise GraderError(f"The solutions score {solutions.score}, not {most:g}.{_reason(solutions)}")
    click.echo(f"Verified: the stubs score 0 and the solutions {most:g}.")


def _reason(results: Results) -> str:
    """Why there is no score, where there is none."""
    return f" {results.reason}" if results.reason else ""


def _grade(submission: Path, assignment: Assignment) -> Results:
    return grade(submission, Settings(seed=1, assignment=assignment))
