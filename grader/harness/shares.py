"""Which checks each process runs when several share a submission, and their results put together again.

How many share it decides nothing but the time that it takes: a check stays with those that it needs, and
what a process can't know of the others is made good when all have ended.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from grader.assignment import Bounds
from grader.results import CheckResult, Outcome


@dataclass(frozen=True)
class Share:
    """One process's part: the ``number``-th of ``among``, counted from 0."""

    number: int = 0
    among: int = 1


@dataclass(frozen=True)
class Placed:
    """A result, and its check's place among all checks of the exercises that are graded."""

    place: int
    check: CheckResult


def deal(needs: Sequence[Sequence[int]], share: Share) -> list[int]:
    """The places of a share's checks; ``needs`` has, for each check, the places of those that it needs.

    Groups of checks that need each other are dealt out in turn, like cards: the dear ones, races and
    crashes, stand beside each other in a suite.
    """
    group = list(range(len(needs)))
    for place, needed in enumerate(needs):
        for other in needed:
            low, high = sorted((group[place], group[other]))
            group = [low if one == high else one for one in group]
    hands = {first: turn % share.among for turn, first in enumerate(dict.fromkeys(group))}
    return [place for place, first in enumerate(group) if hands[first] == share.number]


def put_together(found: Iterable[Placed], bounds: Bounds) -> list[CheckResult]:
    """All checks' results in their own order, as one process alone would have found them."""
    results: list[CheckResult] = []
    time_outs: dict[str, int] = {}
    for check in (one.check for one in sorted(found, key=lambda one: one.place)):
        exercise = check.id.partition(".")[0]
        if time_outs.get(exercise, 0) >= bounds.time_outs:
            results.append(_not_run(check, too_many_time_outs(bounds)))
            continue
        if check.outcome is Outcome.TIMED_OUT:
            time_outs[exercise] = time_outs.get(exercise, 0) + 1
        results.append(check)
    return results


def too_many_time_outs(bounds: Bounds) -> str:
    """Why the rest of an exercise is skipped."""
    return f"{bounds.time_outs} checks of this exercise ran out of time before."


def _not_run(check: CheckResult, because: str) -> CheckResult:
    blank = CheckResult(check.id, check.title, check.objective, check.points, 0.0, Outcome.SKIPPED)
    return replace(blank, skipped_because=because, guide=check.guide)
