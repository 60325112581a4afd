"""Scores or draws a graded class again; nothing is run."""

from dataclasses import dataclass, replace
from pathlib import Path

from grader.assignment import Assignment
from grader.course.closing import Closing, close_class
from grader.course.store import Store
from grader.overrides import Override
from grader.roster import Student


@dataclass(frozen=True)
class Changes:
    """What is different this time; None: as it was graded, or scored last."""

    assignment: Assignment | None = None
    overrides: tuple[Override, ...] | None = None
    roster: tuple[Student, ...] | None = None


def score_again(root: Path, changes: Changes, closing: Closing) -> tuple[str, ...]:
    """Scores every student's stored outcomes anew and draws all reports; the instructor's files."""
    store = Store(root)
    record = store.read_class()
    given = {name: value for name, value in vars(changes).items() if value is not None}
    changed = replace(record, **given)
    files = close_class(store, changed, closing)
    # Only what could be scored is kept: a wrong override leaves the class as it was.
    store.write_class(changed)
    return files
