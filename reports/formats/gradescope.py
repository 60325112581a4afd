"""Gradescope's results.json, for /autograder/results/results.json."""

import json
from typing import Any

from grader.results import Outcome, Results
from reports.formats.context import Context
from reports.formats.wording import explanation, is_graded, number, why_not_graded
from reports.shares import Share, shares
from reports.visibility import Visibility, shown_when, with_less_detail
from reports.visible import line

TEXT_LIMIT = 8000  # characters for each check: fifty checks stay well below what the page can show


def write(results: Results, context: Context) -> str:
    """All checks, each with the word for who may see it when: Gradescope hides them itself."""
    if not is_graded(results):
        # Neither a score nor tests: Gradescope says that the autograder failed and records no 0.
        return _text({"output": why_not_graded(results), "output_format": "text", "visibility": "visible"})
    return _text(
        {
            # Overrides the sum of the tests: lateness and overrides are in it.
            "score": round(results.score or 0.0, 4),
            "execution_time": round(results.run.duration, 3),
            "output": _notes(results),
            "output_format": "text",
            "test_output_format": "text",
            "test_name_format": "text",
            "visibility": "visible",
            "stdout_visibility": "hidden",
            "tests": _tests(results, context.visibility),
            "extra_data": {"seed": results.run.seed, "suite_digest": results.run.suite_digest},
        }
    )


def _tests(results: Results, visibility: Visibility) -> list[dict[str, Any]]:
    # Ids are asked for their rule before the level of detail can rename them.
    rules = [shown_when(share.check.id, visibility) for share in shares(results)]
    reduced = shares(with_less_detail(results, visibility))
    numbers = _numbers(reduced)
    return [_test(*entry) for entry in zip(reduced, rules, numbers, strict=True)]


def _numbers(all_shares: tuple[Share, ...]) -> list[str]:
    """Section numbers as Gradescope sorts by: 1.1, 1.2, 2.1."""
    exercises = list(dict.fromkeys(share.exercise.id for share in all_shares))
    within = dict.fromkeys(exercises, 0)
    numbers = []
    for share in all_shares:
        within[share.exercise.id] += 1
        numbers.append(f"{exercises.index(share.exercise.id) + 1}.{within[share.exercise.id]}")
    return numbers


def _test(share: Share, visibility: str, section: str) -> dict[str, Any]:
    passed = share.check.outcome is Outcome.PASSED
    return {
        "name": f"{share.exercise.title}: {line(share.check.title)}",
        "number": section,
        "score": round(share.check.score, 4),
        "max_score": round(share.check.points, 4),
        "status": "passed" if passed else "failed",
        "output": "" if passed else explanation(share.check, TEXT_LIMIT),
        "tags": [share.check.objective] if share.check.objective else [],
        "visibility": visibility,
    }


def _notes(results: Results) -> str:
    adjustments = [f"{number(one.points)} points: {line(one.reason)}" for one in results.adjustments]
    problems = [f"{one.title}: {line(one.problem)}" for one in results.exercises if one.problem]
    warnings = [line(one) for one in results.submission.warnings[:20]]
    walls = [] if results.run.isolated else [line(results.run.isolation_note)]
    return "\n".join(part for part in (*problems, *adjustments, *warnings, *walls) if part)


def _text(document: dict[str, Any]) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"
