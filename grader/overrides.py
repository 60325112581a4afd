"""Overrides: an instructor's decisions about single students, kept in a TOML file of their own.

[[overrides]]
student = "alice"                 # an identifier of the roster, or a submission's name
check = "leaderboard.ties_..."    # or exercise = "leaderboard", or neither: the whole submission
points = 2.5                      # or excused = true
reason = "The task's wording was unclear."
by = "R. Smith"
"""

import difflib
from dataclasses import dataclass
from pathlib import Path

from grader.assignment_file import read_text
from grader.errors import UsageError
from grader.toml_reader import Document, build, read


@dataclass(frozen=True)
class Override:
    """One decision: a number of points, or an excuse, for a check, an exercise or everything."""

    student: str
    reason: str
    by: str
    exercise: str = ""
    check: str = ""
    points: float | None = None
    excused: bool = False


@dataclass(frozen=True)
class _File:
    overrides: tuple[Override, ...] = ()


def load_overrides(path: Path | None, known: frozenset[str] | None = None) -> tuple[Override, ...]:
    """The overrides of a file, none without one; UsageError says what is wrong in which line.

    With ``known``, the ids of all checks, an override of another check is wrong too.
    """
    return parse_overrides(read_text(path), path.name, known) if path else ()


def parse_overrides(text: str, name: str, known: frozenset[str] | None = None) -> tuple[Override, ...]:
    """Overrides from the text of a file called ``name``; UsageError as ``load_overrides``."""
    document = read(text, name)
    overrides = build(document, _File).overrides
    seen: set[tuple[str, str, str]] = set()
    for index, override in enumerate(overrides):
        if sentence := _mistake(override):
            raise document.wrong(("overrides", index), sentence)
        if known is not None and override.check and override.check not in known:
            near = difflib.get_close_matches(override.check, known, n=1)
            meant = f" Is {near[0]!r} meant?" if near else ""
            raise document.wrong(
                ("overrides", index, "check"), f"there is no check {override.check!r}.{meant}"
            )
        seen.add(_once(document, index, override, seen))
    return overrides


def _mistake(override: Override) -> str:
    """What is wrong with one override, in a sentence; '' where nothing is."""
    if override.exercise and override.check:
        return "an override is about an exercise or a check, not both."
    if (override.points is None) != override.excused:
        return "an override gives points or excused = true, one of the two."
    if override.points is not None and not 0 <= override.points < float("inf"):
        return "the points of an override are a number of 0 or more."
    blank = [name for name in ("student", "reason", "by") if not getattr(override, name).strip()]
    return f"an override needs its {blank[0]}." if blank else ""


def _once(
    document: Document, index: int, override: Override, seen: set[tuple[str, str, str]]
) -> tuple[str, str, str]:
    subject = (override.student, override.exercise, override.check)
    if subject in seen:
        raise document.wrong(("overrides", index), f"{override.student} has an override for this already.")
    return subject


def overrides_of(overrides: tuple[Override, ...], *names: str) -> tuple[Override, ...]:
    """The overrides for a student who goes by any of these names."""
    return tuple(override for override in overrides if override.student in names)


def check_known(overrides: tuple[Override, ...], exercises: set[str], checks: set[str]) -> None:
    """UsageError where an override names an exercise or a check that no results have."""
    for override in overrides:
        if override.exercise and override.exercise not in exercises:
            raise UsageError(
                f"the override for {override.student} names the exercise {override.exercise!r}; "
                f"there are {', '.join(sorted(exercises))}."
            )
        if override.check and checks and override.check not in checks:
            raise UsageError(f"the override for {override.student} names no known check: {override.check!r}.")
