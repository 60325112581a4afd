"""What the commands about classes share: kinds of paths, and the stubs that students started from."""

from pathlib import Path

import click

from grader.assignment import Assignment
from grader.course.closing import Closed

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
EXERCISES = Path(__file__).parents[2] / "exercises"


def given_stubs(folder: Path | None, assignment: Assignment) -> tuple[tuple[str, str], ...]:
    """The stubs in a folder, or in the grader's own, by module."""
    modules = [exercise.module for exercise in assignment.exercises]
    paths = [(module, (folder or EXERCISES) / module) for module in modules]
    return tuple((module, path.read_text(encoding="utf-8")) for module, path in paths if path.is_file())


def tell_closed(closed: Closed, folder: Path) -> None:
    """Says what was written into a class's folder, and what its instructor should know."""
    for name in closed.files:
        click.echo(f"Wrote {folder / name}")
    for note in closed.notes:
        click.echo(note, err=True)
