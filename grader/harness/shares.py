"""Which checks each process runs when several share a submission, and their results put together again.

How many share it decides nothing but the time that it takes: a check stays with those that it needs, and
what a process can't know of the others is made good when all have ended.
"""

import os
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Self

from grader.assignment import Bounds
from grader.results import CheckResult, Outcome

CARDS = 4096  # more than a submission has groups of checks, and few enough for a pipe to hold at once
_CARD = struct.Struct("=H")


@dataclass(frozen=True)
class Placed:
    """A result, and its check's place among all checks of the exercises that are graded."""

    place: int
    check: CheckResult


class Deck:
    """Numbers from 0 on, each taken by one of the processes that were forked while it was open.

    They lie in a pipe, from which each process reads one whenever it is free, so that none has long to wait
    for another's last check. A context manager; its owner closes it when all have ended.
    """

    def __init__(self) -> None:
        self._source, sink = os.pipe()
        os.write(sink, b"".join(map(_CARD.pack, range(CARDS))))
        os.close(sink)

    def take(self) -> int:
        """The lowest number that nobody has taken yet; ``CARDS`` when there is none."""
        card = os.read(self._source, _CARD.size)
        return int(_CARD.unpack(card)[0]) if card else CARDS

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._source)


def group(needs: Sequence[Sequence[int]]) -> list[list[int]]:
    """The places of checks that need each other, together; ``needs`` has those that each check needs."""
    first = list(range(len(needs)))
    for place, needed in enumerate(needs):
        for other in needed:
            low, high = sorted((first[place], first[other]))
            first = [low if one == high else one for one in first]
    groups: dict[int, list[int]] = {}
    for place, one in enumerate(first):
        groups.setdefault(one, []).append(place)
    return list(groups.values())


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
