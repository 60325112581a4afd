"""Exercism's results.json, version 3 of its test runner interface."""

import json
from typing import Any

from grader.results import Outcome, Results
from reports.formats.context import Context
from reports.formats.wording import explanation, is_graded, why_not_graded
from reports.shares import Share, shares
from reports.visible import block, line

OUTPUT_LIMIT = 500  # characters, the interface's own
MESSAGE_LIMIT = 4000  # it allows 65,535 for the whole run
CUT = "\n[output was cut]"
STATUS = {
    Outcome.PASSED: "pass",
    Outcome.FAILED: "fail",
    Outcome.SKIPPED: "fail",
    Outcome.ERRORED: "error",
    Outcome.TIMED_OUT: "error",
    Outcome.GRADER_ERROR: "error",
}


def write(results: Results, _context: Context) -> str:
    """Every check in order; what could not be graded is an error without tests."""
    if not is_graded(results):
        return _text({"version": 3, "status": "error", "message": why_not_graded(results), "tests": []})
    tests = [_test(share, results) for share in shares(results)]
    status = "pass" if all(test["status"] == "pass" for test in tests) else "fail"
    return _text({"version": 3, "status": status, "message": None, "tests": tests})


def _test(share: Share, results: Results) -> dict[str, Any]:
    status = STATUS[share.check.outcome]
    test: dict[str, Any] = {"name": line(share.check.title), "status": status, "test_code": ""}
    if status != "pass":
        test["message"] = explanation(share.check, MESSAGE_LIMIT) or "This check did not pass."
    output = block(share.check.evidence.output, OUTPUT_LIMIT + 1)
    if output:
        test["output"] = _cut(output)
    test["task_id"] = [one.id for one in results.exercises].index(share.exercise.id) + 1
    return test


def _cut(output: str) -> str:
    if len(output) <= OUTPUT_LIMIT:
        return output
    return output[: OUTPUT_LIMIT - len(CUT)] + CUT


def _text(document: dict[str, Any]) -> str:
    return json.dumps(document, indent=2) + "\n"
