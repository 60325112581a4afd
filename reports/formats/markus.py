"""MarkUs: what a custom tester prints, one line of JSON for each check."""

import json
from typing import Any

from grader.results import Outcome, Results
from reports.formats.context import Context
from reports.formats.wording import explanation, is_graded, why_not_graded
from reports.shares import Share, shares
from reports.visible import line

TEXT_LIMIT = 4000  # characters for each check


def write(results: Results, _context: Context) -> str:
    """One JSON object on each line; what could not be graded is one error out of no marks."""
    if not is_graded(results):
        marks = {"marks_earned": 0, "marks_total": 0, "status": "error", "time": 0}
        return _line({"name": "Grading", "output": why_not_graded(results), **marks})
    return "".join(_line(_test(share)) for share in shares(results))


def _test(share: Share) -> dict[str, Any]:
    passed = share.check.outcome is Outcome.PASSED
    return {
        "name": line(f"{share.exercise.title}: {share.check.title}"),
        "output": "" if passed else explanation(share.check, TEXT_LIMIT),
        "marks_earned": round(share.check.score, 4),
        "marks_total": round(share.check.points, 4),
        "status": _status(share),
        "time": round(1000 * share.check.duration),  # milliseconds
    }


def _status(share: Share) -> str:
    if share.check.outcome is Outcome.PASSED:
        return "pass"
    return "partial" if share.check.score > 0 else "fail"


def _line(document: dict[str, Any]) -> str:
    return json.dumps(document) + "\n"
