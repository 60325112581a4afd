"""The scorecard as plain data: localised, bounded, cleaned texts, ready to be drawn anywhere.

No text here is markup: whoever draws it escapes it.
"""

from dataclasses import dataclass

from grader.results import Outcome, StepKind


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
class SourceLine:
    """One line of the student's source; ``current`` marks the one that ran."""

    number: int
    text: str
    current: bool


@dataclass(frozen=True)
class FrameView:
    """A place in the student's code, with the source around it."""

    place: str  # cache_manager.py, line 12, in get
    lines: tuple[SourceLine, ...]


@dataclass(frozen=True)
class ErrorView:
    """The exception that the student's code raised."""

    type: str
    message: str
    frames: tuple[FrameView, ...]
    left_out: str  # a sentence where frames are not shown


@dataclass(frozen=True)
class CommandView:
    """One command and its reply."""

    number: int
    text: str
    reply: str
    size: str  # of the reply: 15 bytes


@dataclass(frozen=True)
class Batch:
    """The commands of one round trip of one actor."""

    actor: str
    round_trip: str
    commands: tuple[CommandView, ...]


@dataclass(frozen=True)
class Pause:
    """What the clock did, or what was left out, between two commands."""

    text: str


@dataclass(frozen=True)
class Trace:
    """The commands that the code sent, in order, with what the clock did between."""

    summary: str  # 3 commands in 2 round trips
    entries: tuple[Batch | Pause, ...]
    several_actors: bool


@dataclass(frozen=True)
class KeyView:
    """A key at the end of a check, and its time-to-live in words."""

    key: str
    type: str
    ttl: str
    expires: bool


@dataclass(frozen=True)
class StepView:
    """One step of a sequence diagram."""

    number: int
    actor: str
    column: int  # from 1; 0 spans all
    kind: StepKind
    words: str  # what the actor does: sends
    text: str
    reply: str
    wrong: bool


@dataclass(frozen=True)
class Diagram:
    """The order of commands that loses."""

    summary: str
    actors: tuple[str, ...]
    columns: int  # how wide it is drawn
    steps: tuple[StepView, ...]
    left_out: str
    verdict: str


@dataclass(frozen=True)
class CrashView:
    """Where the process was killed, and what it left."""

    summary: str
    command: str
    left: tuple[KeyView, ...]


@dataclass(frozen=True)
class EvidenceView:
    """What really happened in one check."""

    call: str = ""
    error: ErrorView | None = None
    stack: tuple[FrameView, ...] = ()
    waiting: str = ""
    last_command: str = ""
    diagram: Diagram | None = None
    crash: CrashView | None = None
    trace: Trace | None = None
    keys: tuple[KeyView, ...] = ()
    output: str = ""


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
    hint: str = ""
    guide: Link | None = None
    because: Link | None = None  # the check that explains this one, where there is one
    because_words: str = ""
    command: str = ""  # what to type to try this check alone
    evidence: EvidenceView | None = None  # None where nothing is to be shown


@dataclass(frozen=True)
class Group:
    """The checks of one learning objective."""

    title: str
    score: str
    open: tuple[CheckView, ...]  # not passed
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


@dataclass(frozen=True)
class First:
    """What to look at first, and why."""

    link: Link
    why: str
    hint: str
    guide: Link | None


@dataclass(frozen=True)
class Notice:
    """Something to be said loudly before the score."""

    heading: str
    text: str


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
    summary: str
    notices: tuple[Notice, ...]
    first: First | None
    exercises: tuple[ExerciseView, ...]
    facts: tuple[Fact, ...]
    notes: tuple[str, ...]
    command: str  # what to type to grade again
