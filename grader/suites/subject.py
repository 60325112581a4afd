"""What a lab is about; apart from it, for who plans a run has no use for all that a lab imports."""

from dataclasses import dataclass

from grader.assignment import Exercise


@dataclass(frozen=True)
class Subject:
    """What is graded: an exercise, and the file in the submission that answers it."""

    exercise: Exercise
    file: str
