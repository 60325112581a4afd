"""One student as the class report and the gradebooks know them."""

from dataclasses import dataclass
from enum import StrEnum

from grader.results import Adjustment


class Standing(StrEnum):
    """Where a student stands."""

    GRADED = "graded"
    NOT_GRADED = "not graded"  # our own fault: no score, nothing was charged
    UNREADABLE = "unreadable"  # the submission can't be opened
    EXCUSED = "excused"
    WAITING = "not graded yet"
    ABSENT = "no submission"


@dataclass(frozen=True)
class Points:
    """Points in one exercise; None where there is no score."""

    exercise: str  # id
    title: str
    score: float | None
    max_score: float


@dataclass(frozen=True)
class Row:
    """One student and their score; what isn't known is ''."""

    name: str
    standing: Standing
    label: str = ""  # the name, or more where two have the same
    identifier: str = ""
    section: str = ""
    email: str = ""
    canvas_id: str = ""
    sis_user_id: str = ""
    sis_login_id: str = ""
    moodle_id: str = ""
    on_roster: bool = True
    submission: str = ""  # the name under which it was handed in
    submitted_at: str = ""  # ISO 8601
    time_source: str = ""  # "roster" or "file"
    days_late: int = 0
    score: float | None = None
    max_score: float = 0.0
    points: tuple[Points, ...] = ()
    adjustments: tuple[Adjustment, ...] = ()
    link: str = ""  # of the scorecard, relative to the report
    reason: str = ""  # why there is no score
    isolated: bool = True
    time_outs: int = 0
    warnings: tuple[str, ...] = ()
