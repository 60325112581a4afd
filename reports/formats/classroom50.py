"""Classroom 50's result.json, classroom50/result/v1."""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from grader.results import Outcome, Results
from reports.formats.context import Context
from reports.formats.units import whole
from reports.formats.wording import is_graded, summary
from reports.shares import shares
from reports.visible import line

SCHEMA = "classroom50/result/v1"
SUBMISSION = re.compile(r"submit/.+")
# The runner refuses fractions. A maximum of up to 10,000 keeps hundredths of a point.
UNITS_AT_MOST = 10_000
SCALES = (1, 2, 4, 5, 10, 20, 25, 50, 100)  # units for one point; the first that is exact is taken
NEAR = 1e-4  # points are rounded to six decimals


def write(results: Results, context: Context) -> str:
    """The result with the names that Classroom 50 gave in its variables; scores are whole numbers.

    What could not be graded is 0 of 0 without tests, as Classroom 50's own errors are; whoever calls
    leaves with a status that isn't 0, and its runner then records an error.
    """
    document = _identity(context.platform) | {"datetime": _time(results), **_marks(results)}
    return json.dumps(document, indent=2) + "\n"


def _identity(platform: Mapping[str, str]) -> dict[str, Any]:
    commit = platform.get("COMMIT_URL") or "unknown"
    tag = platform.get("SUBMISSION_TAG", "")
    kind = platform.get("ASSIGNMENT_TYPE", "")
    return {
        "schema": SCHEMA,
        "classroom": platform.get("CLASSROOM") or "unknown",
        "assignment": platform.get("ASSIGNMENT") or "unknown",
        # The runner knows "team" too and sets it itself; the published schema knows these two.
        "assignment_type": kind if kind in {"individual", "group"} else "individual",
        "owner": platform.get("OWNER") or platform.get("USERNAME") or "unknown",
        "submission": tag if SUBMISSION.fullmatch(tag) else "submit/unknown",
        "commit": commit,
        "release": platform.get("RELEASE_URL") or commit,
        "review": platform.get("REVIEW_URL") or commit,
    }


def _marks(results: Results) -> dict[str, Any]:
    if not is_graded(results):
        return {"score": 0, "max-score": 0, "tests": []}
    every = shares(results)
    numbers = [one.check.points for one in every]
    factor = _units_for_a_point([*numbers, results.max_score, results.score or 0.0], results.max_score)
    points = whole([factor * one for one in numbers])
    scores = whole([factor * one.check.score for one in every])
    maximum = round(factor * results.max_score)
    tests = [
        {
            "test-name": line(f"{share.exercise.title}: {share.check.title}"),
            "passed": share.check.outcome is Outcome.PASSED,
            "score": most if share.check.score == share.check.points else min(score, most),
            "max-score": most,
            "message": summary(share.check),
        }
        for share, score, most in zip(every, scores, points, strict=True)
    ]
    # Lateness and overrides are in the total; extra credit can't go past the maximum here.
    total = min(maximum, max(0, round(factor * (results.score or 0.0))))
    return {"score": total, "max-score": maximum, "tests": tests}


def _time(results: Results) -> str:
    """When grading began, in UTC to the second."""
    started = datetime.fromisoformat(results.run.started_at)
    return started.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _units_for_a_point(points: list[float], maximum: float) -> int:
    possible = [one for one in SCALES if one * maximum <= UNITS_AT_MOST] or [1]
    exact = [one for one in possible if all(abs(one * p - round(one * p)) < NEAR for p in points)]
    return exact[0] if exact else possible[-1]
