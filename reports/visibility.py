"""Results as a student may see them: checks that aren't shown are folded, details are taken out."""

from dataclasses import dataclass, replace
from datetime import datetime
from fnmatch import fnmatchcase
from typing import Protocol

from grader.results import CheckResult, Evidence, ExerciseResult, Outcome, Results


class Rule(Protocol):
    """What students may see of the checks whose id matches a glob; an assignment's settings hold these."""

    @property
    def checks(self) -> str:
        """A glob of check ids: cache_manager.*."""

    @property
    def shown(self) -> str:
        """Gives visible, hidden, after_due_date or after_published."""

    @property
    def detail(self) -> str:
        """Gives full, hint, title or none."""


@dataclass(frozen=True)
class Visibility:
    """The rules of an assignment; of several that match a check the last one counts."""

    rules: tuple[Rule, ...] = ()
    due: datetime | None = None  # with its offset from UTC; without one, after_due_date never comes
    published: bool = False
    count_hidden: bool = True  # False: score and maximum leave out what isn't shown


def shown_when(check_id: str, visibility: Visibility) -> str:
    """When a check may be seen: visible, hidden, after_due_date or after_published."""
    matching = [rule.shown for rule in visibility.rules if fnmatchcase(check_id, rule.checks)]
    return str(matching[-1]) if matching else "visible"


def detail_of(check_id: str, visibility: Visibility) -> str:
    """How much of a check may be seen: full, hint, title or none."""
    matching = [rule.detail for rule in visibility.rules if fnmatchcase(check_id, rule.checks)]
    return str(matching[-1]) if matching else "full"


def is_shown(check_id: str, visibility: Visibility, now: datetime) -> bool:
    """Whether a check may be seen at ``now``, which has its offset from UTC."""
    when = shown_when(check_id, visibility)
    if when == "after_due_date":
        return visibility.due is not None and now >= visibility.due
    return when == "visible" or (when == "after_published" and visibility.published)


def as_student_sees(results: Results, visibility: Visibility, now: datetime) -> Results:
    """The results without what may not be seen at ``now``; the total stays unless ``count_hidden`` is off."""
    hidden = {
        check.id
        for exercise in results.exercises
        for check in exercise.checks
        if not is_shown(check.id, visibility, now)
    }
    reduced = with_less_detail(results, visibility, hidden)
    exercises = tuple(_folded(exercise, hidden) for exercise in reduced.exercises)
    seen = replace(reduced, exercises=exercises)
    return seen if visibility.count_hidden else _without_hidden(seen)


def with_less_detail(
    results: Results, visibility: Visibility, hidden: set[str] | frozenset[str] = frozenset()
) -> Results:
    """The results with every check cut to its level of detail; ``hidden`` ids are not named by others."""
    names = _new_names(results, visibility)
    known = {old: new for old, new in names.items() if old not in hidden}
    exercises = tuple(
        replace(
            exercise,
            checks=tuple(
                check
                if check.id in hidden
                else _reduced(check, detail_of(check.id, visibility), names, known)
                for check in exercise.checks
            ),
        )
        for exercise in results.exercises
    )
    adjustments = tuple(replace(one, check=known.get(one.check, "")) for one in results.adjustments)
    return replace(results, exercises=exercises, adjustments=adjustments)


def _new_names(results: Results, visibility: Visibility) -> dict[str, str]:
    """Each check's id as a student may read it: one without any detail is only numbered."""
    return {
        check.id: f"{exercise.id}.check_{number}" if detail_of(check.id, visibility) == "none" else check.id
        for exercise in results.exercises
        for number, check in enumerate(exercise.checks, start=1)
    }


def _reduced(check: CheckResult, detail: str, names: dict[str, str], known: dict[str, str]) -> CheckResult:
    """One check at its level of detail; ``known`` are the checks that its skipping may be blamed on."""
    because = check.skipped_because
    if "." in because and " " not in because:
        check = replace(check, skipped_because=known.get(because, "a check that is not shown"))
    if detail == "full":
        return check
    check = replace(check, message="", expected=None, seen=None, evidence=Evidence())
    if detail == "hint":
        return check
    check = replace(check, hint="", guide="")
    if detail == "title":
        return check
    number = names[check.id].rpartition("_")[2]
    return replace(check, id=names[check.id], title=f"Check {number}", skipped_because="")


def _folded(exercise: ExerciseResult, hidden: set[str]) -> ExerciseResult:
    """The exercise with its hidden checks as one line that holds their points."""
    folded = tuple(check for check in exercise.checks if check.id in hidden)
    if not folded:
        return exercise
    outcomes = {check.outcome for check in folded}
    one = len(folded) == 1
    line = CheckResult(
        id=_fold_id(exercise),
        title="1 check that is not shown" if one else f"{len(folded)} checks that are not shown",
        objective="",
        points=sum(check.points for check in folded),
        score=sum(check.score for check in folded),
        outcome=outcomes.pop() if outcomes in ({Outcome.PASSED}, {Outcome.SKIPPED}) else Outcome.FAILED,
    )
    shown = tuple(check for check in exercise.checks if check.id not in hidden)
    return replace(exercise, checks=(*shown, line))


def _without_hidden(results: Results) -> Results:
    """The results with the folded lines taken out, of the totals too."""
    exercises = tuple(_without_fold(exercise) for exercise in results.exercises)
    less = sum(exercise.max_score for exercise in results.exercises) - sum(one.max_score for one in exercises)
    lost = sum(exercise.score or 0 for exercise in results.exercises) - sum(
        one.score or 0 for one in exercises
    )
    score = None if results.score is None else max(0.0, results.score - lost)
    return replace(results, exercises=exercises, score=score, max_score=results.max_score - less)


def _without_fold(exercise: ExerciseResult) -> ExerciseResult:
    fold = next((check for check in exercise.checks if check.id == _fold_id(exercise)), None)
    if fold is None:
        return exercise
    return replace(
        exercise,
        checks=tuple(check for check in exercise.checks if check is not fold),
        score=None if exercise.score is None else max(0.0, exercise.score - fold.score),
        max_score=max(0.0, exercise.max_score - fold.points),
    )


def _fold_id(exercise: ExerciseResult) -> str:
    return f"{exercise.id}.not_shown"
