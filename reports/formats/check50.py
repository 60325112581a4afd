"""check50's JSON, as its renderers and its web page read it."""

import json
from typing import Any

from grader.results import CheckResult, Outcome, Results
from reports.formats.context import Context
from reports.formats.wording import OUTCOMES, explanation, is_graded, summary, value_line, why_not_graded
from reports.shares import shares
from reports.visible import line

VERSION = "4.0.0"  # of the format that is written, as check50 names it
LOG_LIMIT = 4000  # characters for each check


def write(results: Results, _context: Context) -> str:
    """Every check in order; what could not be graded is check50's error, with no results at all."""
    document: dict[str, Any] = {"slug": line(results.title) or "valkey", "version": VERSION}
    if is_graded(results):
        checks = [share.check for share in shares(results)]
        names = {check.id for check in checks}
        document["results"] = [_result(check, names) for check in checks]
    else:
        value = why_not_graded(results)
        document["error"] = {
            "type": "GraderError",
            "value": value,
            "traceback": [],
            "actions": {},
            "data": {},
        }
    return json.dumps(document, indent=2) + "\n"


def _result(check: CheckResult, names: set[str]) -> dict[str, Any]:
    passed = {Outcome.PASSED: True, Outcome.SKIPPED: None, Outcome.GRADER_ERROR: None}.get(
        check.outcome, False
    )
    return {
        "name": check.id,
        "description": line(check.title),
        "passed": passed,
        "log": [] if passed else explanation(check, LOG_LIMIT).splitlines(),
        "cause": None if passed else _cause(check),
        "data": {},
        "dependency": check.skipped_because if check.skipped_because in names else None,
    }


def _cause(check: CheckResult) -> dict[str, Any]:
    """Strings only: check50 has fallen over values that JSON can't hold."""
    help_text = line(check.hint, 500) or None
    cause = {"rationale": summary(check) or OUTCOMES[check.outcome], "help": help_text}
    if check.expected and check.seen:
        cause |= {"expected": value_line(check.expected), "actual": value_line(check.seen)}
    return cause
