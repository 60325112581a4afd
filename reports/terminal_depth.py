"""How much of each failed check a terminal shows: all of a few, the gist of some, the names of the rest."""

from enum import IntEnum

from reports.view import Scorecard

FEW = 3  # failed checks, which are all shown in full
SOME = 8  # that are told with expected and seen and the hint


class Depth(IntEnum):
    """How much of a check is shown."""

    NAME = 0  # its message and the command to try it alone
    GIST = 1  # expected and seen and the hint too
    ALL = 2  # the evidence too


def find_depths(card: Scorecard) -> dict[str, Depth]:
    """By anchor; of many checks, all is shown of the one to look at first."""
    checks = [
        check.anchor for exercise in card.exercises for group in exercise.groups for check in group.open
    ]
    if len(checks) <= FEW:
        return dict.fromkeys(checks, Depth.ALL)
    first = card.first.link.target.removeprefix("#") if card.first else ""
    depths = {anchor: Depth.GIST if place < SOME else Depth.NAME for place, anchor in enumerate(checks)}
    return depths | ({first: Depth.ALL} if first in depths else {})
