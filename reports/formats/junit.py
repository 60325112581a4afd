"""JUnit XML by the xunit schema: GitLab and Jenkins read it, and GitHub's reporting actions."""

from xml.etree import ElementTree as ET

from grader.results import Outcome, Results
from reports.formats.context import Context
from reports.formats.wording import OUTCOMES, explanation, is_graded, summary, why_not_graded
from reports.shares import Share, shares
from reports.visible import line

# All text comes through reports.visible, which leaves nothing that XML has no way to write.
TEXT_LIMIT = 8000  # characters for each check; GitLab reads files of up to 30 MB
TAGS = {
    Outcome.FAILED: "failure",
    Outcome.TIMED_OUT: "failure",
    Outcome.ERRORED: "error",
    Outcome.GRADER_ERROR: "error",
    Outcome.SKIPPED: "skipped",
}


def write(results: Results, _context: Context) -> str:
    """One suite for each exercise; what could not be graded is one case with an error."""
    root = ET.Element("testsuites", name=line(results.title) or "grade")
    if is_graded(results):
        _add_exercises(root, results)
    else:
        _add_ungraded(root, results)
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _add_exercises(root: ET.Element, results: Results) -> None:
    every = shares(results)
    # GitLab counts the first of several cases of one name only, so a name that stands twice is numbered.
    names = _distinct([line(share.check.title) for share in every])
    for exercise in results.exercises:
        mine = [(share, name) for share, name in zip(every, names, strict=True) if share.exercise is exercise]
        suite = _suite(exercise.id, [share.check.outcome for share, _ in mine])
        suite.set("time", f"{sum(share.check.duration for share, _ in mine):.3f}")
        suite.extend(_case(share, name) for share, name in mine)
        root.append(suite)


def _add_ungraded(root: ET.Element, results: Results) -> None:
    suite = _suite("grading", [Outcome.GRADER_ERROR])
    suite.set("time", f"{results.run.duration:.3f}")
    case = ET.SubElement(suite, "testcase", classname="grading", name="The submission is graded", time="0")
    ET.SubElement(case, "error", type="not_graded", message=why_not_graded(results))
    root.append(suite)


def _suite(name: str, outcomes: list[Outcome]) -> ET.Element:
    tags = [TAGS.get(outcome) for outcome in outcomes]
    counts = {"failures": "failure", "errors": "error", "skipped": "skipped"}
    numbers = {attribute: str(tags.count(tag)) for attribute, tag in counts.items()}
    return ET.Element("testsuite", {"name": name, "tests": str(len(tags)), **numbers})


def _case(share: Share, name: str) -> ET.Element:
    check = share.check
    attributes = {"classname": share.exercise.id, "name": name, "time": f"{check.duration:.3f}"}
    case = ET.Element("testcase", attributes)
    tag = TAGS.get(check.outcome)
    if tag is None:
        return case
    message = summary(check) or OUTCOMES[check.outcome]
    why = ET.SubElement(case, tag, type=str(check.outcome), message=message)
    why.text = explanation(check, TEXT_LIMIT)
    return case


def _distinct(names: list[str]) -> list[str]:
    seen: dict[str, int] = {}
    distinct = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        distinct.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return distinct
