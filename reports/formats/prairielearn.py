"""PrairieLearn's results.json, for /grade/results/results.json."""

import json
from typing import Any

from grader.results import Outcome, Results
from reports.formats.context import Context
from reports.formats.wording import explanation, is_graded, score_line, why_not_graded
from reports.shares import Share, shares
from reports.visible import line

# PrairieLearn refuses more than 1 MiB; JSON writes a character as up to six bytes.
LIMIT_BYTES = 1024 * 1024
TEXT_CHARACTERS = 100_000


def write(results: Results, _context: Context) -> str:
    """A share of 1 and the checks with points; what could not be graded is not gradable and no attempt."""
    if not is_graded(results):
        reason = why_not_graded(results)
        return _text({"gradable": False, "message": reason, "format_errors": [reason]})
    every = shares(results)
    each = max(200, TEXT_CHARACTERS // max(1, len(every)))
    # Extra credit can't be told here: the platform takes 0 to 1.
    share = min(1.0, max(0.0, (results.score or 0.0) / results.max_score)) if results.max_score else 1.0
    return _text(
        {
            "gradable": True,
            "score": round(share, 6),
            "message": score_line(results),
            "output": "",
            "tests": [_test(one, each) for one in every],
        }
    )


def _test(share: Share, limit: int) -> dict[str, Any]:
    passed = share.check.outcome is Outcome.PASSED
    return {
        "name": line(share.check.title),
        "points": round(share.check.score, 4),
        "max_points": round(share.check.points, 4),
        "message": "",
        "output": "" if passed else explanation(share.check, limit),
    }


def _text(document: dict[str, Any]) -> str:
    return json.dumps(document, indent=2) + "\n"
