"""A module whose methods all answer with one constant does nothing, so it earns nothing."""

import os

import pytest

from grader.assignment import DEFAULT
from grader.grade import grade
from grader.results import Outcome
from grader.settings import Settings

CONSTANTS = ["None", "True"]
if os.environ.get("FULL"):
    CONSTANTS += ["False", "0", "1", "-1", "1.0", "''", "'x'", "[]", "[1]", "()", "{}", "{'a': 1}", "set()"]
    CONSTANTS += ["object()", "args[0] if args else None"]

MODULE = """
class {name}:
    def __init__(self, *args, **options):
        pass

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return lambda *args, **options: {constant}
"""


@pytest.mark.parametrize("constant", CONSTANTS)
def test_a_constant_earns_nothing(constant, tmp_path):
    for exercise in DEFAULT.exercises:
        source = MODULE.format(name=exercise.class_name, constant=constant)
        (tmp_path / f"{exercise.id}.py").write_text(source)
    exercises = tuple(exercise.id for exercise in DEFAULT.exercises)
    settings = Settings(seed=1, server="embedded", exercises=exercises, schedules=3)
    results = grade(tmp_path, settings)
    checks = [check for exercise in results.exercises for check in exercise.checks]
    assert len(results.exercises) == len(DEFAULT.exercises)
    assert [check.id for check in checks if check.outcome is Outcome.PASSED] == []
