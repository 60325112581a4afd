"""Scoring: from stored outcomes to points; a pure function, nothing is run.

An exercise is worth its weight, and the points of its checks are scaled to it: an excused check leaves
the others to share the weight, an extra one comes on top. Overrides come next, then lateness, and an
override of the whole submission has the last word. A check that we failed to grade leaves the
submission without a score until an override settles it.
"""

import fnmatch
import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from grader.assignment import Assignment, Exercise
from grader.overrides import Override
from grader.results import Adjustment, CheckResult, ExerciseResult, Outcome, Results, Status

CHECK_DECIMALS = 6
TOTAL_DECIMALS = 4
PER_CENT = 100
DAY = timedelta(days=1)


@dataclass(frozen=True)
class _Scored:
    """One exercise after scoring, whether all of it could be graded, and what overrides changed."""

    result: ExerciseResult
    settled: bool
    adjustments: tuple[Adjustment, ...] = ()


def score(
    stored: Results,
    assignment: Assignment,
    overrides: tuple[Override, ...] = (),
    submitted_at: datetime | None = None,
) -> Results:
    """The stored results with points anew; ``overrides`` are this student's own, times have an offset."""
    known = {exercise.id: exercise for exercise in assignment.exercises if exercise.enabled}
    scored = [_exercise(e, known[e.id], assignment, overrides) for e in stored.exercises if e.id in known]
    settled = bool(scored) and all(part.settled for part in scored)
    counted = [part.result.max_score for part in scored if not known[part.result.id].extra_credit]
    results = replace(
        stored,
        title=assignment.title,
        status=Status.GRADED if settled else Status.NOT_GRADED,
        score=_sum(part.result.score or 0 for part in scored) if settled else None,
        max_score=_sum(counted) if scored else full_marks(assignment),
        exercises=tuple(part.result for part in scored),
        reason="" if settled else stored.reason or "A check could not be run, by the grader's own fault.",
        adjustments=tuple(adjustment for part in scored for adjustment in part.adjustments),
    )
    whole = [o for o in overrides if not (o.exercise or o.check)]
    if not any(override.excused for override in whole):
        results = _take_lateness(results, assignment, submitted_at)
    return _decide(results, whole)


def full_marks(assignment: Assignment) -> float:
    """The maximum without extra credit, in points."""
    return _sum(e.weight for e in assignment.exercises if e.enabled and not e.extra_credit)


def _sum(numbers: Iterable[float]) -> float:
    return round(math.fsum(numbers), TOTAL_DECIMALS)


def _exercise(
    stored: ExerciseResult, exercise: Exercise, assignment: Assignment, overrides: tuple[Override, ...]
) -> _Scored:
    """One exercise: its checks scaled and overridden, then the override of the exercise itself."""
    by_check = {override.check: override for override in overrides if override.check}
    excused = frozenset(check for check, override in by_check.items() if override.excused)
    scaled = _scale(stored, exercise, assignment, excused)
    decided = [_override_check(check, by_check.get(check.id)) for check in scaled]
    checks = tuple(check for check, _ in decided)
    settled = all(check.outcome is not Outcome.GRADER_ERROR or check.id in by_check for check in checks)
    result = replace(
        stored,
        title=exercise.title,
        checks=checks,
        score=_sum(check.score for check in checks) if settled else None,
        max_score=exercise.weight,
    )
    part = _Scored(result, settled, tuple(a for _, adjustments in decided for a in adjustments))
    own = [o for o in overrides if o.exercise == exercise.id]
    return _override_exercise(part, own[0]) if own else part


def _scale(
    stored: ExerciseResult, exercise: Exercise, assignment: Assignment, excused: frozenset[str]
) -> list[CheckResult]:
    """The checks with points that make up the exercise's weight, and scores in proportion."""
    raw = {check.id: assignment.points.get(check.id, check.points) for check in stored.checks}
    extra = {id_ for id_ in raw if any(fnmatch.fnmatchcase(id_, glob) for glob in assignment.extra_credit)}
    base = math.fsum(points for id_, points in raw.items() if id_ not in extra and id_ not in excused)
    factor = exercise.weight / base if base else 0.0
    scaled = []
    for check in stored.checks:
        points = 0.0 if check.id in excused else raw[check.id] * factor
        scaled.append(
            replace(
                check,
                points=round(points, CHECK_DECIMALS),
                score=round(points * _share(check), CHECK_DECIMALS),
            )
        )
    return scaled


def _share(check: CheckResult) -> float:
    """How much of its points a check earned when it was graded, from 0 to 1."""
    if check.points:
        return check.score / check.points
    return float(check.outcome is Outcome.PASSED)


def _override_check(
    check: CheckResult, override: Override | None
) -> tuple[CheckResult, tuple[Adjustment, ...]]:
    if override is None:
        return check, ()
    points = 0.0 if override.points is None else override.points
    return replace(check, score=points), (_adjustment(override, points - check.score),)


def _override_exercise(part: _Scored, override: Override) -> _Scored:
    """An excused exercise counts for nothing and out of nothing; points take the place of its own."""
    points = 0.0 if override.points is None else override.points
    result = replace(
        part.result,
        score=points,
        max_score=0.0 if override.excused else part.result.max_score,
        problem="" if override.points is not None else f"Excused: {override.reason}",
    )
    change = _adjustment(override, points - (part.result.score or 0))
    return _Scored(result, settled=True, adjustments=(*part.adjustments, change))


def _adjustment(override: Override, points: float) -> Adjustment:
    kind = "excused" if override.excused else "override"
    change = 0.0 if override.excused else round(points, TOTAL_DECIMALS)
    return Adjustment(kind, change, override.reason, override.exercise, override.check, override.by)


def _take_lateness(results: Results, assignment: Assignment, submitted_at: datetime | None) -> Results:
    """Takes the late policy's share of the points earned."""
    days = days_late(assignment, submitted_at)
    percent = min(days * assignment.late.per_day_percent, assignment.late.cap_percent)
    if not percent or not results.score:
        return results
    points = -round(results.score * percent / PER_CENT, TOTAL_DECIMALS)
    reason = f"Handed in {days} day{'s' if days > 1 else ''} late: {percent:g} % is taken off."
    return replace(
        results,
        score=_sum((results.score, points)),
        adjustments=(*results.adjustments, Adjustment("late", points, reason)),
    )


def days_late(assignment: Assignment, submitted_at: datetime | None) -> int:
    """How many days after the due date have begun; 0 within the grace, or where no time is known."""
    if assignment.due is None or submitted_at is None:
        return 0
    late = submitted_at - assignment.due
    if late <= timedelta(minutes=assignment.late.grace_minutes):
        return 0
    return math.ceil(late / DAY)


def _decide(results: Results, overrides: list[Override]) -> Results:
    """An override of the whole submission: a score, or no score because the student is excused."""
    for override in overrides:
        change = _adjustment(override, (override.points or 0) - (results.score or 0))
        results = replace(
            results,
            status=Status.NOT_GRADED if override.excused else Status.GRADED,
            score=override.points,
            reason=f"Excused: {override.reason}" if override.excused else "",
            adjustments=(*results.adjustments, change),
        )
    return results
