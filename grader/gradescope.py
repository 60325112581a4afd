"""What Gradescope says of a submission, and what it is told: metadata in, results.json out.

``grader.gradescope_archive`` builds the zip that Gradescope runs; ``grader gradescope-run`` is what its
``run_autograder`` calls, inside Gradescope's container.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from grader.codec import DecodeError, from_json
from grader.errors import GraderError
from grader.results import Results
from reports.formats.context import Context
from reports.formats.table import FORMATS
from reports.formats.wording import score_line
from reports.visibility import Visibility

OPTIONS = "options.json"
SETTINGS = "assignment.toml"


@dataclass(frozen=True)
class Options:
    """What the instructor chose when the zip was built."""

    attempts: int = 0  # submissions that are graded; 0: all
    sandbox: str = "bubblewrap"  # nothing is graded where there are no walls; auto: it is, and says so


@dataclass(frozen=True)
class User:
    """A student as Gradescope names them."""

    name: str = ""
    email: str = ""


@dataclass(frozen=True)
class Work:
    """The assignment as Gradescope has it."""

    title: str = ""
    due_date: datetime | None = None
    late_due_date: datetime | None = None


@dataclass(frozen=True)
class Attempt:
    """An earlier submission; Gradescope may know no score of it."""

    submission_time: datetime | None = None
    score: float | None = None


@dataclass(frozen=True)
class Metadata:
    """What submission_metadata.json says that a grading needs."""

    users: tuple[User, ...] = ()
    created_at: datetime | None = None
    assignment: Work = Work()
    previous_submissions: tuple[Attempt, ...] = ()


def read_metadata(path: Path) -> Metadata:
    """The metadata; a file that is missing or isn't understood is our fault: GraderError."""
    try:
        return from_json(path.read_bytes(), Metadata)
    except (OSError, DecodeError) as error:
        raise GraderError(f"{path.name} can't be read: {error}") from None


def refusal(metadata: Metadata, attempts: int) -> dict[str, Any] | None:
    """What stands for results where the attempts are used up: the last score that counts stays."""
    earlier = sorted(metadata.previous_submissions, key=_when)
    if not attempts or len(earlier) < attempts:
        return None
    counted = [one.score for one in earlier[:attempts] if one.score is not None]
    sentence = f"This assignment is graded {attempts} times. This submission was not graded"
    if not counted:
        return {"output": f"{sentence}, and no earlier one has a score.", "output_format": "text"}
    kept = f"{sentence}; the score of the last one that was stays."
    return {"score": counted[-1], "output": kept, "output_format": "text"}


def unreadable(reason: str) -> dict[str, Any]:
    """What stands for results where what was handed in can't be read: it earns nothing, and says why."""
    return {"score": 0, "output": reason, "output_format": "text"}


def note(results: Results, metadata: Metadata) -> str:
    """One line for the instructor's log: who, which attempt, how many points."""
    names = ", ".join(user.name or user.email for user in metadata.users) or "somebody"
    return f"{names}, attempt {len(metadata.previous_submissions) + 1}: {score_line(results)}"


def written(results: Results, metadata: Metadata, visibility: Visibility) -> str:
    """results.json for one attempt; who handed in is not said there, Gradescope knows."""
    due = visibility.due or metadata.assignment.late_due_date or metadata.assignment.due_date
    rules = Visibility(visibility.rules, due, visibility.published, visibility.count_hidden)
    return FORMATS["gradescope"](results, Context(rules, metadata.created_at or datetime.now(UTC)))


def _when(attempt: Attempt) -> datetime:
    return attempt.submission_time or datetime.min.replace(tzinfo=UTC)
