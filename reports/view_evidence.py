"""The evidence of one check as plain data: localised, bounded, cleaned texts, no markup."""

from dataclasses import dataclass

from grader.results import StepKind


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

    heading: str
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
