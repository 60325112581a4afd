"""The one product of a grading: frozen data, from which every report is drawn.

``Results`` is what ``results.json`` holds. Field names are the JSON's; other programs rely on
``format_version``, ``status``, ``score``, ``max_score``, ``submission``, ``run`` and ``exercises``.
Texts that come from a student (values, output, commands) are bounded before they get here, but not
escaped: whoever draws them escapes them.
"""

from dataclasses import dataclass, field
from enum import StrEnum

# 1: the first.
FORMAT_VERSION = 1


class Outcome(StrEnum):
    """What became of one check."""

    PASSED = "passed"
    FAILED = "failed"  # a wrong answer
    ERRORED = "errored"  # the student's code raised or died
    TIMED_OUT = "timed_out"
    SKIPPED = "skipped"  # its module is missing, or a check it depends on failed
    GRADER_ERROR = "grader_error"  # our fault: no score is shown


class Status(StrEnum):
    """Whether there is a score at all."""

    GRADED = "graded"
    NOT_GRADED = "not_graded"


class Isolation(StrEnum):
    """The walls around the student's code."""

    BUBBLEWRAP = "bubblewrap"
    CONTAINER = "container"
    NONE = "none"


@dataclass(frozen=True)
class Value:
    """A typed value as the student would write it in Python, or a sentence, whose type is ''."""

    text: str
    type: str = ""


@dataclass(frozen=True)
class Command:
    """One command that the student's code sent, and its reply."""

    number: int  # from 1, in the order in which the server saw them
    actor: str  # "A", "B": which client of the student's code sent it
    round_trip: int  # from 1, for each actor
    text: str  # in Valkey's own syntax: SET "cache:k" "1" EX 300
    reply: str  # as a Valkey command line shows it: (integer) 1; '' where none came
    reply_bytes: int
    at: float = 0.0  # virtual seconds since the check began


@dataclass(frozen=True)
class ClockStep:
    """The clock was moved: after which command (0: before the first), and by how many seconds."""

    after_command: int
    seconds: float


@dataclass(frozen=True)
class KeyState:
    """A key as it was when the check ended."""

    key: str
    type: str  # string, hash, zset ...
    ttl: float | None  # seconds left; None where it has no expiry


@dataclass(frozen=True)
class Frame:
    """One line of the student's own traceback or stack, with the source around it."""

    file: str  # relative to the submission
    line: int
    function: str
    source: tuple[str, ...] = ()  # the lines around it
    first_line: int = 0  # the number of source[0]


@dataclass(frozen=True)
class StudentError:
    """An exception that the student's code raised."""

    type: str
    message: str
    frames: tuple[Frame, ...] = ()  # outermost first, the student's own only


class StepKind(StrEnum):
    """What an actor does at one step of a schedule."""

    CALLS = "calls"  # the check calls the actor's method: text is the call
    SENDS = "sends"  # a batch of commands reaches Valkey: text is the commands, reply its replies
    COMPUTES = "computes"  # the student's code called the check's compute()
    SLEEPS = "sleeps"  # text is how long
    RETURNS = "returns"  # text is the value
    RAISES = "raises"  # text is the exception
    DIES = "dies"  # the check killed the process here
    CLOCK = "clock"  # the clock was moved: text is by how much; actor is ''


@dataclass(frozen=True)
class Step:
    """One step of a schedule, in the order of time."""

    actor: str
    kind: StepKind
    text: str
    reply: str = ""
    wrong: bool = False  # where it goes wrong


@dataclass(frozen=True)
class Schedule:
    """The very order in which two or more callers' commands went to Valkey and lost."""

    actors: tuple[str, ...]  # "A", "B", ...
    steps: tuple[Step, ...]
    choices: tuple[int, ...]  # which actor went on at each step: what a replay needs
    explored: int = 0  # orders that were tried
    bounded: bool = False  # True where a bound was reached before every order was tried
    verdict: str = ""  # a sentence: what is wrong with the end


@dataclass(frozen=True)
class Crash:
    """After which command the process was killed, and what it left behind."""

    after_command: int
    command: str
    left: tuple[KeyState, ...] = ()


@dataclass(frozen=True)
class Evidence:
    """What really happened in a check that didn't pass."""

    call: str = ""  # the call that gave the answer: cache.get("k")
    commands: tuple[Command, ...] = ()
    commands_left_out: int = 0  # how many more there were than are shown
    clock: tuple[ClockStep, ...] = ()
    keys: tuple[KeyState, ...] = ()
    error: StudentError | None = None
    stack: tuple[Frame, ...] = ()  # where the code was when time ran out
    waiting_for: str = ""  # what it was doing then, in words
    output: str = ""  # the student's own stdout and stderr
    schedule: Schedule | None = None
    crash: Crash | None = None


@dataclass(frozen=True)
class CheckResult:
    """One check: its identity, its points, its outcome, and what the student is shown."""

    id: str  # "cache_manager.overwrite_replaces_the_time_to_live"
    title: str  # a sentence of the contract
    objective: str  # id of a learning objective: "ttl"
    points: float
    score: float
    outcome: Outcome
    message: str = ""  # one sentence: what is wrong
    expected: Value | None = None  # without a type: a sentence, or lines, an empty one before each "or"
    seen: Value | None = None
    hint: str = ""
    guide: str = ""  # the section of the guide to read: an anchor in exercises/README.md
    skipped_because: str = ""  # the id of the check that failed, or a sentence
    evidence: Evidence = field(default_factory=Evidence)
    duration: float = 0.0  # seconds of real time


@dataclass(frozen=True)
class ExerciseResult:
    """One exercise and its checks, in the suite's order."""

    id: str  # "cache_manager"
    title: str  # "Cache manager"
    score: float | None
    max_score: float
    checks: tuple[CheckResult, ...]
    problem: str = ""  # why none of it could run: a missing module, a syntax error, in a sentence


@dataclass(frozen=True)
class Submission:
    """What was graded."""

    name: str  # the folder's or archive's name, never a path
    digest: str  # sha256 of its content, in hex
    modules: tuple[str, ...] = ()  # the exercises' modules that were found, relative to its top
    missing: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()  # sentences: a link that was left out ...


@dataclass(frozen=True)
class Run:
    """The facts of one grading run."""

    started_at: str  # ISO 8601, UTC
    duration: float  # seconds of real time
    seed: int
    grader_version: str
    suite_digest: str
    settings_digest: str
    python_version: str
    redis_py_version: str
    valkey_version: str
    server: str  # "embedded" or "container"
    isolation: Isolation
    isolated: bool
    isolation_note: str = ""  # a sentence, where the run was not isolated
    image: str = ""
    image_digest: str = ""
    clock: str = "virtual"
    schedules: int = 0  # orders of commands that were tried in all
    notes: tuple[str, ...] = ()  # sentences: why --server auto took the embedded one ...


@dataclass(frozen=True)
class Adjustment:
    """A change of the score that no check made: lateness, or an instructor's override."""

    kind: str  # "late", "override" or "excused"
    points: float  # added to the score; negative where points were taken away
    reason: str  # a sentence
    exercise: str = ""  # ids; '' where it is about more
    check: str = ""
    by: str = ""  # who decided


@dataclass(frozen=True)
class Results:
    """Everything that one grading produced."""

    status: Status
    score: float | None  # None where status is not_graded
    max_score: float
    submission: Submission
    run: Run
    exercises: tuple[ExerciseResult, ...]
    title: str = ""  # the assignment's
    reason: str = ""  # why it was not graded, in a sentence
    adjustments: tuple[Adjustment, ...] = ()  # what scoring changed, already in the score
    format_version: int = FORMAT_VERSION
