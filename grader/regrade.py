"""Whether grading again gives what was recorded: same seed, same checks, same outcomes."""

from grader.results import CheckResult, Results
from grader.settings import Settings


def settings_of(recorded: Results, settings: Settings) -> Settings:
    """The settings for grading again: these, with the recorded seed, server and exercises."""
    return Settings(
        seed=recorded.run.seed,
        assignment=settings.assignment,
        server=recorded.run.server,
        image=settings.image,
        sandbox=settings.sandbox,
        exercises=tuple(exercise.id for exercise in recorded.exercises),
        schedules=settings.schedules,
    )


def differences(recorded: Results, again: Results) -> tuple[str, ...]:
    """A sentence for each thing that is not the same; none where the outcome is. Times don't count."""
    return (*_of_the_run(recorded, again), *_of_the_checks(recorded, again), *_of_the_score(recorded, again))


def _of_the_run(recorded: Results, again: Results) -> list[str]:
    pairs = (
        ("The submission", recorded.submission.digest, again.submission.digest),
        ("The suite", recorded.run.suite_digest, again.run.suite_digest),
        ("The settings", recorded.run.settings_digest, again.run.settings_digest),
    )
    return [f"{name} is not what was graded." for name, then, now in pairs if then != now]


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
