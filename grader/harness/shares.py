"""Which checks each process runs when several share a submission, and their results put together again.

How many share it decides nothing but the time that it takes: each sees what the others have found so far,
and what it couldn't know yet is made good when all have ended.
"""

import mmap
import os
import struct
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Self

from grader.assignment import Bounds
from grader.results import CheckResult, Outcome

CARDS = 4096  # more than a submission has checks, and few enough for a pipe to hold at once
_CARD = struct.Struct("=H")
_OUTCOMES = list(Outcome)  # each is known by its place in here, counted from 1


@dataclass(frozen=True)
class Placed:
    """A result, and its check's place among all checks of the exercises that are graded."""

    place: int
    check: CheckResult
    unsure: tuple[str, ...] = ()  # ids of checks that it needs, of which nothing was known when it began


class Deck:
    """The places of checks, each taken by one of the processes that were forked while it was open.

    They lie in a pipe, from which each process reads one whenever it is free, so that none has long to wait
    for another's last check; what has come of them lies in memory that all of them share. A context
    manager; its owner closes it when all have ended.
    """

    def __init__(self) -> None:
        self._outcomes = mmap.mmap(-1, CARDS)
        self._source, sink = os.pipe()
        os.write(sink, b"".join(map(_CARD.pack, range(CARDS))))
        os.close(sink)

    def take(self) -> int:
        """The lowest number that nobody has taken yet; ``CARDS`` when there is none."""
        card = os.read(self._source, _CARD.size)
        return int(_CARD.unpack(card)[0]) if card else CARDS

    def note(self, place: int, outcome: Outcome) -> None:
        """Tell the others what has come of a check."""
        self._outcomes[place] = _OUTCOMES.index(outcome) + 1

    def outcome(self, place: int) -> Outcome | None:
        """What has come of a check, whoever ran it; None where nobody has said so yet."""
        number = self._outcomes[place]
        return _OUTCOMES[number - 1] if number else None

    def count(self, outcome: Outcome, places: range) -> int:
        """To how many of these places this has come so far."""
        return self._outcomes[places.start : places.stop].count(_OUTCOMES.index(outcome) + 1)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._source)
        self._outcomes.close()


def put_together(found: Iterable[Placed], bounds: Bounds) -> list[CheckResult]:
    """All checks' results in their own order, as one process alone would have found them."""
    results: dict[str, CheckResult] = {}
    time_outs: Counter[str] = Counter()
    for one in sorted(found, key=lambda one: one.place):
        check, exercise = one.check, one.check.id.partition(".")[0]
        if time_outs[exercise] >= bounds.time_outs:
            check = _not_run(check, too_many_time_outs(bounds))
        elif wrong := [name for name in one.unsure if _is_wrong(results.get(name))]:
            check = _not_run(check, wrong[0])
        elif check.outcome is Outcome.TIMED_OUT:
            time_outs[exercise] += 1
        results[check.id] = check
    return list(results.values())


def _is_wrong(needed: CheckResult | None) -> bool:
    return needed is not None and needed.outcome is not Outcome.PASSED


def too_many_time_outs(bounds: Bounds) -> str:
    """Why the rest of an exercise is skipped."""
    return f"{bounds.time_outs} checks of this exercise ran out of time before."


def _not_run(check: CheckResult, because: str) -> CheckResult:
    blank = CheckResult(check.id, check.title, check.objective, check.points, 0.0, Outcome.SKIPPED)
    return replace(blank, skipped_because=because, guide=check.guide)
