"""Every check of some results with its exercise, in one row."""

from dataclasses import dataclass

from grader.results import CheckResult, ExerciseResult, Outcome, Results


@dataclass(frozen=True)
class Share:
    """One check and the exercise it belongs to."""

    exercise: ExerciseResult
    check: CheckResult


def shares(results: Results) -> tuple[Share, ...]:
    """Every check in order; an exercise without any gets one line that is worth all of it and says why."""
    return tuple(
        Share(exercise, check)
        for exercise in results.exercises
        for check in exercise.checks or (_stand_for(exercise),)
    )


def _stand_for(exercise: ExerciseResult) -> CheckResult:
    """A line for an exercise none of whose checks could run."""
    return CheckResult(
        id=exercise.id,
        title=exercise.title,
        objective="",
        points=exercise.max_score,
        score=exercise.score or 0.0,
        outcome=Outcome.SKIPPED,
        message=exercise.problem,
    )
