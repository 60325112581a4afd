"""From stored outcomes to what is drawn for one student: scored results and the scorecard."""

from dataclasses import dataclass
from datetime import datetime

from grader.assignment import Assignment
from grader.codec import to_json
from grader.overrides import Override
from grader.results import Results
from grader.scoring import score
from reports.html import render

RESULTS = "results.json"
SCORECARD = "scorecard.html"


@dataclass(frozen=True)
class Marking:
    """What scoring needs beside the outcomes and the assignment: this student's own."""

    overrides: tuple[Override, ...] = ()
    submitted_at: str = ""  # ISO 8601 with an offset; '' where it isn't known


def mark(outcomes: Results, assignment: Assignment, marking: Marking) -> Results:
    """The outcomes, scored; nothing is run."""
    moment = datetime.fromisoformat(marking.submitted_at) if marking.submitted_at else None
    return score(outcomes, assignment, marking.overrides, moment)


def draw(results: Results, assignment: Assignment) -> tuple[tuple[str, bytes], ...]:
    """The files drawn from scored results: name, content."""
    # A scorecard that is handed on has no guide beside it: there are links where the guide has an address.
    page = render(results, assignment.language, guide=assignment.guide)
    return (RESULTS, to_json(results)), (SCORECARD, page.encode())
