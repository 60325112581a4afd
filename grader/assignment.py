"""An assignment's settings: what is graded, what it is worth, who sees what when, and the bounds.

``DEFAULT`` is ``default_assignment.toml``, which documents every setting. An instructor's file says
only what differs: ``grader.assignment_file`` lays it over the default.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from importlib import resources

from grader.toml_reader import build, read

DEFAULT_NAME = "default_assignment.toml"


@dataclass(frozen=True)
class Exercise:
    """One exercise: a module that the student fills in, and the suite that grades it."""

    id: str  # "cache_manager": also the suite's file, test_<id>.py
    title: str  # "Cache manager"
    class_name: str  # "CacheManager"
    weight: float  # points for the whole exercise
    enabled: bool = True
    extra_credit: bool = False  # its points come on top of the maximum

    @property
    def module(self) -> str:
        """The file that the student hands in."""
        return f"{self.id}.py"


@dataclass(frozen=True)
class Bounds:
    """What a submission may use; reaching one is the student's fault. Units are in the names."""

    call_seconds: float = 5.0  # real time for one call, before its process is killed
    total_seconds: float = 60.0  # real time for a whole submission, without what a busy machine took
    time_outs: int = 3  # in one exercise, before its other checks are skipped
    memory_mib: int = 512  # for each process; three times that for all together
    cpu_seconds: int = 30  # for each process
    processes: int = 256  # processes and threads of the worker's user, all told
    open_files: int = 256
    file_mib: int = 16  # the largest file it may write, and the size of its scratch folder
    output_kib: int = 64  # of stdout and stderr kept for each check
    message_mib: int = 16  # the largest answer
    message_depth: int = 64  # of nesting in an answer
    server_mib: int = 256  # Valkey's maxmemory
    script_seconds: float = 1.0  # a script that runs longer is killed


@dataclass(frozen=True)
class Late:
    """What lateness costs, in per cent of the points that were earned."""

    per_day_percent: float = 0.0  # for each day begun after the due date
    grace_minutes: float = 0.0  # as late as this costs nothing
    cap_percent: float = 100.0  # the most that lateness may cost


class Shown(StrEnum):
    """When a student may see a check."""

    VISIBLE = "visible"
    HIDDEN = "hidden"
    AFTER_DUE_DATE = "after_due_date"
    AFTER_PUBLISHED = "after_published"


class Detail(StrEnum):
    """How much of a check a student may see."""

    FULL = "full"
    HINT = "hint"
    TITLE = "title"
    NONE = "none"


@dataclass(frozen=True)
class VisibilityRule:
    """What students may see of the checks whose id matches a glob; the last rule that matches counts."""

    checks: str  # "cache_manager.*"
    shown: Shown = Shown.VISIBLE
    detail: Detail = Detail.FULL


@dataclass(frozen=True)
class Gradebook:
    """How the assignment is called where grades are handed on."""

    canvas_column: str = ""  # "Caching (4711)": title and id of the Canvas assignment
    moodle_item: str = ""  # the grade item's name in Moodle; '' for the assignment's title


@dataclass(frozen=True)
class Assignment:
    """What is graded, and how."""

    title: str
    exercises: tuple[Exercise, ...]
    bounds: Bounds = field(default_factory=Bounds)
    due: datetime | None = None  # with its offset from UTC
    late: Late = field(default_factory=Late)
    points: dict[str, float] = field(default_factory=dict)  # by check id, instead of the suite's own
    extra_credit: tuple[str, ...] = ()  # globs of check ids whose points come on top
    visibility: tuple[VisibilityRule, ...] = ()
    published: bool = False  # whether what is shown after_published may be seen now
    server_image: str = ""  # overrides the pinned container image
    language: str = "en"  # of the feedback: a message catalogue of reports/messages
    guide: str = ""  # address of the lesson's guide for links; "" for the one in this repository
    gradebook: Gradebook = field(default_factory=Gradebook)


DEFAULT = build(
    read((resources.files("grader") / DEFAULT_NAME).read_text(encoding="utf-8"), DEFAULT_NAME), Assignment
)
