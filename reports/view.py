"""The scorecard as plain data: localised, bounded, cleaned texts, ready to be drawn anywhere.

No text here is markup: whoever draws it escapes it.
"""

from dataclasses import dataclass

from grader.results import Outcome
from reports.view_evidence import EvidenceView


@dataclass(frozen=True)
class Piece:
    """A part of a value, and whether it is where expected and seen differ."""

    text: str
    differs: bool = False


@dataclass(frozen=True)
class Row:
    """One aligned line of expected and seen; None where a side has nothing there."""

    expected: tuple[Piece, ...] | None
    seen: tuple[Piece, ...] | None
    same: bool = False
    skipped: str = ""  # a sentence instead of equal lines that are not shown


@dataclass(frozen=True)
class Comparison:
    """Expected and seen, typed and aligned."""

    expected_type: str
    seen_type: str
    rows: tuple[Row, ...]
    types_differ: bool = False
    literal: bool = True  # values as Python writes them; False: sentences


@dataclass(frozen=True)
class Endings:
    """What each call of a race gave, a line for each, and the endings that are right."""

    expected: tuple[tuple[Piece, ...], ...]
    seen: tuple[Piece, ...]
    more: int = 0  # right endings that are not shown


@dataclass(frozen=True)
class Link:
    """Where to go, and its words; '#...' is on the page itself."""

    target: str
    text: str


@dataclass(frozen=True)
class CheckView:
    """One check as it is shown."""

    id: str
    anchor: str
    title: str
    outcome: Outcome
    outcome_words: str
    points: str  # 0 of 2 points
    message: str = ""
    comparison: Comparison | None = None
    endings: Endings | None = None  # instead of a comparison
    hint: str = ""
    guide: Link | None = None
    because: Link | None = None  # the check that explains this one, where there is one
    because_words: str = ""
    command: str = ""  # what to type to try this check alone
    evidence: EvidenceView | None = None  # None where nothing is to be shown


@dataclass(frozen=True)
class Followers:
    """Checks that did not pass for one reason, which is told once."""

    outcome: Outcome
    words: str  # 13 checks were stopped by the same error as: ...
    because: Link | None  # the check to look at instead
    because_words: str
    points: str
    checks: tuple[CheckView, ...]


@dataclass(frozen=True)
class Group:
    """The checks of one learning objective."""

    title: str
    score: str
    open: tuple[CheckView, ...]  # not passed, each with evidence of its own
    followers: tuple[Followers, ...]  # not passed, for a reason that is told elsewhere
    passed: tuple[CheckView, ...]
    passed_words: str  # 7 checks passed


@dataclass(frozen=True)
class Share:
    """A score with its bar: ``percent`` is 0 to 100."""

    earned: str
    of: str
    words: str  # 12 of 40 points
    percent: float


@dataclass(frozen=True)
class ExerciseView:
    """One exercise."""

    anchor: str
    title: str
    share: Share | None  # None where it was not graded
    counts: str  # 20 of 31 checks passed
    problem: str
    groups: tuple[Group, ...]
    followers: tuple[Followers, ...]  # of all groups, for where there is little room


@dataclass(frozen=True)
class First:
    """What to look at first, and why."""

    link: Link
    message: str  # what is wrong
    why: str
    hint: str
    guide: Link | None


@dataclass(frozen=True)
class Notice:
    """Something to be said before the score, aloud where the result itself is in doubt."""

    heading: str
    text: str
    loud: bool = False


@dataclass(frozen=True)
class Change:
    """A change of the score that no check made."""

    kind: str  # Late
    points: str  # -10 points
    reason: str


@dataclass(frozen=True)
class Fact:
    """One fact of the run."""

    name: str
    text: str
    code: bool = False  # a digest or a command, not prose


@dataclass(frozen=True)
class Scorecard:
    """The whole scorecard."""

    language: str
    title: str
    submission: str
    graded: bool
    share: Share | None
    instead: str  # of a score, where there is none: how a check that was run alone came out
    summary: str
    notices: tuple[Notice, ...]
    changes: tuple[Change, ...]
    first: First | None
    exercises: tuple[ExerciseView, ...]
    facts: tuple[Fact, ...]
    notes: tuple[str, ...]
    command: str  # what to type to grade again
