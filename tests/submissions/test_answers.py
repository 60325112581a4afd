"""Whatever a method answers in place of what is right: to be wrong is the student's mistake, never ours."""

import inspect
from importlib import import_module
from pathlib import Path

import pytest

from grader.assignment import DEFAULT
from grader.grade import grade
from grader.results import Outcome
from grader.settings import Settings

SOLUTIONS = Path(__file__).parents[2] / "solutions"
# What a method gives in place of ``right``, its right answer.
ANSWERS = [
    "None", "True", "0", "-1", "1.5", "''", "b'x'", "[]", "{}", "()", "object()", "right",
    "float('nan')", "float('inf')", "10 ** 400", "Decimal('nan')", "Decimal('1e9')", "1j",
    "str(right)", "[right]", "[[right]]", "(right, right)", "{'k': [right]}", "{1: right}", "{(1, 2): right}",
]  # fmt: skip

MODULE = """
from decimal import Decimal

from right import {name} as Right


class {name}(Right):
    def {method}(self, *args, **options):
        right = super().{method}(*args, **options)
        return {answer}
"""


def methods_of(exercise):
    """The public methods of an exercise's reference solution."""
    kind = getattr(import_module(f"solutions.{exercise.id}"), exercise.class_name)
    return [name for name, _ in inspect.getmembers(kind, inspect.isfunction) if not name.startswith("_")]


CASES = [(e, method, answer) for e in DEFAULT.exercises for method in methods_of(e) for answer in ANSWERS]


@pytest.mark.parametrize(("exercise", "method", "answer"), CASES, ids=lambda x: getattr(x, "id", x))
def test_a_wrong_answer_is_no_grader_error(exercise, method, answer, tmp_path):
    solution = (SOLUTIONS / exercise.module).read_text(encoding="utf-8")
    (tmp_path / "right.py").write_text(solution, encoding="utf-8")
    source = MODULE.format(name=exercise.class_name, method=method, answer=answer)
    (tmp_path / exercise.module).write_text(source, encoding="utf-8")
    settings = Settings(seed=1, server="embedded", exercises=(exercise.id,), schedules=3)
    results = grade(tmp_path, settings)
    checks = [check for graded in results.exercises for check in graded.checks]
    assert results.reason == ""
    assert [check.id for check in checks if check.outcome is Outcome.GRADER_ERROR] == []
    assert answer != "right" or results.score == results.max_score
