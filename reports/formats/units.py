"""A score as whole units of equal worth, for platforms that count what passed or know no fractions."""

import math
from dataclasses import dataclass

from grader.results import Results
from reports.shares import shares
from reports.visible import line

UNITS_AT_MOST = 200  # lines in a log; more is not read
QUARTERS = 4  # of a point: sums of quarters are exact in any program's numbers, sums of tenths are not
NEAR = 1e-4  # points are rounded to six decimals, so a third of a point is never exact


@dataclass(frozen=True)
class Unit:
    """One unit of the score: what it stands for, and whether it was earned."""

    name: str
    passed: bool


def units(results: Results) -> tuple[Unit, ...]:
    """The maximum as units, as many of them passed as the score has; lateness and overrides are in it.

    Each check stands once for each of its units. Where its points aren't whole units they are rounded
    over the checks together, so that the sum is right.
    """
    every = shares(results)
    points = [share.check.points for share in every]
    factor = _units_for_a_point([*points, results.max_score, results.score or 0.0], results.max_score)
    total = max(1, round(factor * results.max_score))
    names = [line(share.check.title, 100) for share in every]
    earned = whole([factor * share.check.score for share in every])
    missed = whole([factor * (share.check.points - share.check.score) for share in every])
    listed = [
        unit
        for name, passes, failures in zip(names, earned, missed, strict=True)
        for unit in _of_check(name, passes, failures)
    ]
    target = min(total, max(0, round(factor * (results.score or 0.0))))
    return _settled(listed, target, total - target, _adjusted(results))


def _of_check(name: str, passes: int, failures: int) -> list[Unit]:
    count = passes + failures
    named = [name] if count == 1 else [f"{name} ({number} of {count})" for number in range(1, count + 1)]
    return [Unit(one, number < passes) for number, one in enumerate(named)]


def whole(numbers: list[float]) -> list[int]:
    """Whole numbers whose running sums are those of ``numbers``, rounded."""
    so_far, given, rounded = 0.0, 0, []
    for number in numbers:
        so_far += number
        rounded.append(max(0, round(so_far) - given))
        given += rounded[-1]
    return rounded


def _settled(listed: list[Unit], passes: int, failures: int, reason: str) -> tuple[Unit, ...]:
    """The units with exactly so many passed and failed: lateness, overrides and extra credit change some."""
    kept: list[Unit] = []
    left = {True: passes, False: failures}
    for unit in listed:
        if left[unit.passed]:
            left[unit.passed] -= 1
            kept.append(unit)
    more = [Unit(reason, passed) for passed in (True, False) for _ in range(left[passed])]
    return tuple(kept + more)


def _adjusted(results: Results) -> str:
    reasons = "; ".join(line(one.reason) for one in results.adjustments)
    return reasons or "Rounded to whole units"


def _units_for_a_point(points: list[float], maximum: float) -> float:
    """The coarsest unit of whole quarters that every number is a multiple of, else the finest that is few."""
    quarters = [QUARTERS * number for number in points]
    if all(abs(number - round(number)) < NEAR for number in quarters):
        factor = QUARTERS / max(1, math.gcd(*(round(number) for number in quarters)))
        if factor * maximum <= UNITS_AT_MOST:
            return factor
    # A power of two, so that a unit's worth is an exact number.
    return 2.0 ** math.floor(math.log2(UNITS_AT_MOST / max(maximum, 1.0)))
