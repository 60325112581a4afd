"""One submission's grading as plain data: what travels to whoever grades it, and what comes back."""

from dataclasses import dataclass

from grader.course.marking import Marking
from grader.settings import Settings


@dataclass(frozen=True)
class Job:
    """What has to be known to grade one submission."""

    name: str  # of the submission, for the results
    file: str  # what was handed in is called, for sentences about it
    suffix: str  # ".zip", ".tar.gz", ".tar"
    data: bytes
    settings: Settings
    marking: Marking
    warnings: tuple[str, ...] = ()  # about what could not be packed
    suite: str = ""  # digest of the checks that the class is graded with


@dataclass(frozen=True)
class GradedOne:
    """What came of it: files for the student's folder, and why there is no score, if there is none."""

    files: tuple[tuple[str, bytes], ...]  # name relative to the student's folder, content
    fault: str = ""  # "", "submission" (it can't be read) or "grader" (our own)
    reason: str = ""  # the sentence that goes with a fault
