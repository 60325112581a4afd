"""Which failed check explains which others, and so what to look at first."""

from collections import defaultdict
from dataclasses import dataclass

from grader.results import CheckResult, Outcome, Results


@dataclass(frozen=True)
class Causes:
    """For each check that another explains, that other one's id; and who stopped at the same error."""

    explained_by: dict[str, str]
    same_error: frozenset[str]
    out_of_time: dict[str, str]  # of checks for which no time was left: the first that used it up

    def root(self, check_id: str) -> str:
        """The check at the end of the chain of explanations."""
        seen = {check_id}
        both = self.out_of_time | self.explained_by
        while (check_id := both.get(check_id, check_id)) not in seen:
            seen.add(check_id)
        return check_id


def find(results: Results) -> Causes:
    """Explanations among all checks: a skipped one names its reason, equal errors have a first one."""
    checks = [check for exercise in results.exercises for check in exercise.checks]
    known = {check.id for check in checks}
    explained: dict[str, str] = {}
    leaders: dict[tuple[object, ...], str] = {}
    same: set[str] = set()
    for check in checks:
        if check.outcome is Outcome.SKIPPED and check.skipped_because in known - {check.id}:
            explained[check.id] = check.skipped_because
        place = _place(check)
        if place and leaders.setdefault(place, check.id) != check.id:
            explained[check.id] = leaders[place]
            same.add(check.id)
    return Causes(explained, frozenset(same), _out_of_time(results, known))


def _out_of_time(results: Results, known: set[str]) -> dict[str, str]:
    """Checks that were skipped for a reason that is no check, where one of their exercise took too long."""
    found: dict[str, str] = {}
    for exercise in results.exercises:
        slow = [check.id for check in exercise.checks if check.outcome is Outcome.TIMED_OUT][:1]
        others = known | {exercise.problem}
        skipped = [check for check in exercise.checks if check.outcome is Outcome.SKIPPED]
        found |= {check.id: one for check in skipped for one in slow if check.skipped_because not in others}
    return found


def _place(check: CheckResult) -> tuple[object, ...]:
    """What makes two errors one: exercise, type and the innermost place, or the message; else empty."""
    if check.outcome is not Outcome.ERRORED:
        return ()
    exercise, error = check.id.partition(".")[0], check.evidence.error
    if error and error.type == "ConnectionError" and not check.evidence.commands:
        return exercise, error.type, error.message  # one connection, wherever it is used first
    if error and error.frames:
        inner = error.frames[-1]
        return exercise, error.type, inner.file, inner.line, inner.function
    # Nothing was sent and no line of the student's ran: the module itself is the matter.
    return () if error or check.evidence.commands else (exercise, check.message)


def costs(results: Results, causes: Causes) -> dict[str, tuple[float, int]]:
    """By check that isn't explained by another: points lost in all, and how many others it explains."""
    sums: dict[str, tuple[float, int]] = defaultdict(lambda: (0.0, -1))
    for exercise in results.exercises:
        for check in exercise.checks:
            if check.outcome in {Outcome.PASSED, Outcome.GRADER_ERROR}:
                continue
            root = causes.root(check.id)
            lost, others = sums[root]
            sums[root] = lost + check.points - check.score, others + 1
    return dict(sums)
