"""Which checks there are, for settings that name them."""

import importlib

from grader.assignment import Assignment
from grader.suites.check import ATTRIBUTE, Check


def known_checks(assignment: Assignment) -> frozenset[str]:
    """The ids of all checks of the assignment's exercises, whether they are switched on or not."""
    found: set[str] = set()
    for exercise in assignment.exercises:
        try:
            suite = importlib.import_module(f"grader.suites.test_{exercise.id}")
        except ModuleNotFoundError:
            continue  # said where it is graded
        names = (
            name for name, value in vars(suite).items() if isinstance(getattr(value, ATTRIBUTE, 0), Check)
        )
        found |= {f"{exercise.id}.{name.removeprefix('test_')}" for name in names}
    return frozenset(found)
