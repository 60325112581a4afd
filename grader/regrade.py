"""Whether grading again gives what was recorded: same seed, same checks, same outcomes."""

from dataclasses import replace

from grader.results import CheckResult, Results
from grader.settings import Settings


def settings_of(recorded: Results, settings: Settings) -> Settings:
    """The settings for grading again: these, with the recorded seed and exercises."""
    exercises = tuple(exercise.id for exercise in recorded.exercises)
    return replace(settings, seed=recorded.run.seed, exercises=exercises)


def differences(recorded: Results, again: Results) -> tuple[str, ...]:
    """A sentence for each thing that is not the same; none where the outcome is. Times don't count."""
    outcome = [*_of_the_checks(recorded, again), *_of_the_score(recorded, again)]
    if recorded.submission.digest != again.submission.digest:
        outcome.insert(0, "The submission is not what was graded.")
    return (*outcome, *(_reasons(recorded, again) if outcome else ()))


def _reasons(recorded: Results, again: Results) -> list[str]:
    """What may be why the outcome is another."""
    pairs = (
        ("The suite is not the one", recorded.run.suite_digest, again.run.suite_digest),
        ("The settings are not those", recorded.run.settings_digest, again.run.settings_digest),
    )
    return [f"{name} that it was graded with." for name, then, now in pairs if then != now]


def _of_the_checks(recorded: Results, again: Results) -> list[str]:
    before, after = _checks(recorded), _checks(again)
    changed = [
        f"{name}: {before[name].outcome} was recorded, {after[name].outcome} came out."
        for name in before
        if name in after and before[name].outcome is not after[name].outcome
    ]
    gone = [f"{name} was recorded and is no longer there." for name in before if name not in after]
    new = [f"{name} was not recorded." for name in after if name not in before]
    return changed + gone + new


def _of_the_score(recorded: Results, again: Results) -> list[str]:
    earned = [exercise.score for exercise in recorded.exercises]
    if earned == [exercise.score for exercise in again.exercises]:
        return []
    return ["The exercises' scores are not those that were recorded."]


def _checks(results: Results) -> dict[str, CheckResult]:
    return {check.id: check for exercise in results.exercises for check in exercise.checks}
