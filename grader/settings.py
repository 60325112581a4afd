"""One request to grade: everything about it that isn't the submission itself."""

import hashlib
from dataclasses import dataclass, replace

from grader.assignment import DEFAULT, Assignment
from grader.codec import to_line

# What an option may be, in the order in which help shows it.
CHOICES = {
    "server": ("auto", "container", "embedded"),
    "sandbox": ("auto", "bubblewrap", "container", "none"),
}


@dataclass(frozen=True)
class Settings:
    """How to grade; the same submission with the same settings and seed gives the same results."""

    seed: int
    assignment: Assignment = DEFAULT
    server: str = "auto"  # auto, container or embedded
    image: str = ""  # overrides the pinned image
    sandbox: str = "auto"  # auto, bubblewrap, container or none
    exercises: tuple[str, ...] = ()  # ids; empty: all that the assignment enables
    checks: tuple[str, ...] = ()  # ids; empty: all
    fail_fast: bool = False
    jobs: int = 1  # processes that grade exercises side by side
    schedules: int = 100  # orders of commands that a race check tries at most

    @property
    def digest(self) -> str:
        """SHA-256 of everything that can change an outcome, but the seed, in hex."""
        return hashlib.sha256(to_line(replace(self, seed=0, jobs=1))).hexdigest()
