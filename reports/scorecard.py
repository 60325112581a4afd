"""Results to a scorecard: a plain view model, from which page and terminal are drawn."""

from grader.results import CheckResult, ExerciseResult, Outcome, Results, Status
from reports import causes
from reports.catalogue import Catalogue, load
from reports.checks import Page, command, exercise_anchor, followers, group
from reports.detail import LEVELS, Detail
from reports.evidence import Drawing
from reports.facts import facts
from reports.first import find_first
from reports.view import Change, ExerciseView, Notice, Scorecard, Share
from reports.visible import line

GUIDE = "exercises/README.md"
PATH_SIGNS = 4096  # of a path at most
_KINDS = ("late", "override", "excused")


def build(
    results: Results,
    language: str = "en",
    *,
    guide: str = GUIDE,
    detail: Detail = LEVELS[0],
    typed: str = "",
) -> Scorecard:
    """The scorecard in a language; ``guide`` is the guide's address. Unknown languages: ValueError.

    ``typed``: what whoever looks at it typed as the submission, for the commands that grade it again; without
    it they have its name alone.
    """
    catalogue = load(language)
    submission = line(typed, PATH_SIGNS) if typed else line(results.submission.name, 120)
    page = _page(results, Drawing(catalogue, detail), guide, submission)
    graded, alone = _graded(results), _alone(results)
    return Scorecard(
        language=language,
        title=line(results.title, 120),
        submission=line(results.submission.name, 120),
        graded=graded,
        share=_share(results.score, results.max_score, catalogue) if page.graded else None,
        instead=catalogue.text(f"outcome.{alone.outcome}" if graded and alone else "page.no_score"),
        summary=_summary(results, catalogue),
        notices=_notices(results, catalogue),
        changes=_changes(results, catalogue) if graded else (),
        first=find_first(results, page) if graded and len(page.titles) != 1 else None,
        exercises=tuple(_exercise(exercise, page) for exercise in results.exercises),
        facts=facts(results, catalogue),
        notes=tuple(line(catalogue.said(note)) for note in results.run.notes),
        command=command(page),
    )


def _page(results: Results, drawing: Drawing, guide: str, submission: str) -> Page:
    """What the checks' views share."""
    checks = [check for exercise in results.exercises for check in exercise.checks]
    return Page(
        drawing=drawing,
        causes=causes.find(results),
        titles={check.id: drawing.catalogue.own("title", check) for check in checks},
        problems=frozenset(exercise.problem for exercise in results.exercises),
        submission=submission,
        seed=results.run.seed,
        # One check's points are scaled to the whole exercise: they would say nothing.
        graded=_graded(results) and not _alone(results),
        guide=guide,
    )


def _alone(results: Results) -> CheckResult | None:
    """The check that was run alone; None where there are more."""
    checks = [check for exercise in results.exercises for check in exercise.checks]
    return checks[0] if len(checks) == 1 else None


def _graded(results: Results) -> bool:
    """Whether there is a score to show."""
    return results.status is Status.GRADED and results.score is not None


def _share(earned: float | None, points: float, catalogue: Catalogue) -> Share | None:
    """A score as words and a percentage; None where there is none."""
    if earned is None:
        return None
    words = catalogue.text("points.of", earned=catalogue.number(earned), points=catalogue.points(points))
    percent = round(100 * earned / points, 2) if points else 0.0
    return Share(catalogue.number(earned), catalogue.number(points), words, percent)


def _exercise(exercise: ExerciseResult, page: Page) -> ExerciseView:
    """One exercise with its checks by objective."""
    catalogue = page.drawing.catalogue
    passed = sum(check.outcome is Outcome.PASSED for check in exercise.checks)
    counts = catalogue.text(
        "exercise.counts",
        passed=catalogue.number(passed),
        checks=catalogue.count("summary.checks", len(exercise.checks)),
    )
    return ExerciseView(
        anchor=exercise_anchor(exercise.id),
        title=line(catalogue.own("title", exercise), 120),
        share=_share(exercise.score, exercise.max_score, catalogue) if page.graded else None,
        counts=counts if exercise.checks else "",
        problem=line(catalogue.said(exercise.problem)),
        groups=group(exercise.checks, page),
        followers=followers(exercise.checks, page),
    )


def _summary(results: Results, catalogue: Catalogue) -> str:
    """One sentence about the whole."""
    if results.score is None or not _graded(results):
        return catalogue.text("summary.not_graded")
    checks = [check for exercise in results.exercises for check in exercise.checks]
    passed = sum(check.outcome is Outcome.PASSED for check in checks)
    words = catalogue.count("summary.checks", len(checks))
    if not checks:
        return catalogue.text("summary.no_checks")
    gap = sum(exercise.max_score - (exercise.score or 0) for exercise in results.exercises)
    if passed == len(checks) and gap <= 0:
        return catalogue.text("summary.perfect" if len(checks) > 1 else "summary.alone")
    if not passed:
        return catalogue.count("summary.nothing", len(checks))
    lost = catalogue.points(gap)
    return catalogue.text("summary.some", passed=catalogue.number(passed), checks=words, lost=lost)


def _notices(results: Results, catalogue: Catalogue) -> tuple[Notice, ...]:
    """What must be said before the score."""
    run, submission = results.run, results.submission
    notices: list[Notice] = []
    if results.status is not Status.GRADED:
        reason = f"{line(catalogue.said(results.reason))} " if results.reason else ""
        notices.append(
            Notice(catalogue.text("notice.not_graded"), reason + catalogue.text("summary.ask"), loud=True)
        )
    if not run.isolated:
        note = f" {line(catalogue.said(run.isolation_note))}" if run.isolation_note else ""
        words = catalogue.text("notice.not_isolated_text") + note
        notices.append(Notice(catalogue.text("notice.not_isolated"), words, loud=True))
    if submission.warnings:
        words = " ".join(line(catalogue.said(warning)) for warning in submission.warnings[:10])
        notices.append(Notice(catalogue.text("notice.warnings"), words))
    return tuple(notices)


def _changes(results: Results, catalogue: Catalogue) -> tuple[Change, ...]:
    """What lateness and the instructor's decisions did to the score."""
    return tuple(
        Change(
            catalogue.text(f"change.{change.kind}") if change.kind in _KINDS else line(change.kind, 40),
            f"{'+' if change.points > 0 else ''}{catalogue.points(change.points)}",
            line(change.reason),
        )
        for change in results.adjustments
    )
