"""What a run of the suites is told, and what it can say of itself when it is over."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from grader.assignment import Exercise
from grader.harness.shares import Deck
from grader.results import Isolation
from grader.suites.subject import Subject


@dataclass(frozen=True)
class Plan:
    """What is run: the exercises with the files that answer them, and which checks."""

    subjects: dict[str, Subject]  # by exercise id; those whose module was found
    exercises: tuple[Exercise, ...]
    checks: tuple[str, ...]  # ids; empty: all
    deck: Deck  # who shares these checks
    done: frozenset[int]  # places of those that are run already
    seed: int
    schedules: int
    fail_fast: bool
    submission: Path
    problems: Mapping[str, str]  # by exercise id: why its module can't be used


@dataclass(frozen=True)
class Files:
    """What a run reads and writes beside its results."""

    details: Path  # pytest's own report
    lifeline: int  # a descriptor that ends when nobody waits for this run any more


@dataclass(frozen=True)
class Facts:
    """What a run can say about itself when it is over."""

    python_version: str
    redis_py_version: str
    valkey_version: str
    server: str
    image: str
    image_digest: str
    server_note: str
    isolation: Isolation
    isolated: bool
    isolation_note: str
    schedules: int
