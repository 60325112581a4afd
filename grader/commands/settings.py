"""An assignment's settings as a command is given them; what is wrong is said before anything runs."""

from pathlib import Path

from grader.assignment import Assignment
from grader.assignment_file import load_assignment
from grader.harness.known import known_checks
from reports.catalogue import load


def given_assignment(path: Path | None) -> Assignment:
    """The assignment of a file, or the default; UsageError for a check or a language that there isn't."""
    assignment = load_assignment(path, known_checks)
    load(assignment.language)
    return assignment
