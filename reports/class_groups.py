"""Whom, and what, an instructor should look at, by reason."""

from collections.abc import Sequence
from dataclasses import dataclass

from reports.class_row import Row, Standing
from reports.gradebook import number_cell
from reports.visible import line


@dataclass(frozen=True)
class Group:
    """Students to look at for one reason."""

    heading: str
    text: str
    items: tuple[tuple[str, str, str], ...]  # name, link, note


def groups(rows: Sequence[Row]) -> list[Group]:
    """Those that somebody has to do something about."""

    def group(heading: str, text: str, chosen: list[tuple[Row, str]]) -> Group:
        return Group(
            heading, text, tuple((row.label or row.name, row.link, line(note)) for row, note in chosen)
        )

    def standing(kind: Standing) -> list[tuple[Row, str]]:
        return [(row, row.reason) for row in rows if row.standing is kind]

    changed = [
        (row, f"{a.kind} {number_cell(a.points)}: {a.reason}" + (f" ({a.by})" if a.by else ""))
        for row in rows
        for a in row.adjustments
    ]
    return [
        group(
            "Not graded: the grader's own fault",
            "Nothing was charged. Run the same command again to try them again.",
            standing(Standing.NOT_GRADED),
        ),
        group(
            "Submissions that can't be read",
            "They have no score until you decide.",
            standing(Standing.UNREADABLE),
        ),
        group(
            "Not graded yet",
            "Found, but left out of every run. Run the command without --only to grade them.",
            standing(Standing.WAITING),
        ),
        group("Without a submission", "On the roster, but nothing was found.", standing(Standing.ABSENT)),
        group(
            "Not on the roster",
            "Submissions of nobody that the roster knows.",
            [(row, row.submission) for row in rows if not row.on_roster],
        ),
        group(
            "Not isolated",
            "Their code ran without walls: the score is for practice only.",
            [(row, "") for row in rows if not row.isolated],
        ),
        group(
            "With time-outs",
            "Checks that got no answer in time.",
            [(row, f"{row.time_outs} check{'s' * (row.time_outs > 1)}") for row in rows if row.time_outs],
        ),
        group("Overrides and lateness", "What changed a score beside the checks.", changed),
        group(
            "Worth a look",
            "What was odd about how these were handed in.",
            [(row, warning) for row in rows for warning in row.warnings],
        ),
    ]


def strays(left_alone: Sequence[str], lost: Sequence[tuple[str, str]]) -> list[Group]:
    """What belongs to no student."""
    return [
        Group(
            "Overrides for nobody",
            "No student is called that: look at the spelling in the overrides file.",
            tuple((line(name), "", line(why)) for name, why in lost),
        ),
        Group(
            "Files that are no submissions",
            "They were left alone.",
            tuple((line(name), "", "") for name in left_alone),
        ),
    ]
