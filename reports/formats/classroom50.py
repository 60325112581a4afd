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
# The runner refuses fractions, so a point is a hundred. It is the same for every submission: a maximum
# that followed what a student's checks happen to be worth would differ within a class.
UNITS = 100


def write(results: Results, context: Context) -> str:
    """The result with the names that Classroom 50 gave in its variables; scores are hundredths of a point.

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
    points = whole([UNITS * one.check.points for one in every])
    scores = whole([UNITS * one.check.score for one in every])
    maximum = round(UNITS * results.max_score)
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
    total = min(maximum, max(0, round(UNITS * (results.score or 0.0))))
    return {"score": total, "max-score": maximum, "tests": tests}


def _time(results: Results) -> str:
    """When grading began, in UTC to the second."""
    started = datetime.fromisoformat(results.run.started_at)
    return started.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
