"""One check as a view, and the checks of an exercise grouped by learning objective."""

import shlex
from dataclasses import dataclass

from grader.results import CheckResult, Outcome
from reports.causes import Causes
from reports.comparison import compare
from reports.evidence import Drawing, show
from reports.view import CheckView, Group, Link
from reports.visible import line


@dataclass(frozen=True)
class Page:
    """What every check's view needs to know of the whole."""

    drawing: Drawing
    causes: Causes
    titles: dict[str, str]  # of checks, by id
    problems: frozenset[str]  # sentences that stand at the head of an exercise
    name: str  # of the submission
    seed: int
    graded: bool  # False: no points are shown
    guide: str  # where the guide is: its address without an anchor


def exercise_anchor(exercise_id: str) -> str:
    """An exercise's id as a fragment of an address."""
    return f"exercise-{_safe(exercise_id)}"


def anchor(check_id: str) -> str:
    """A check's id as a fragment of an address."""
    return f"check-{_safe(check_id)}"


def _safe(name: str) -> str:
    """A name without what an address would need to quote."""
    return "".join(sign if sign.isascii() and (sign.isalnum() or sign in "._-") else "-" for sign in name)


def command(page: Page, check_id: str = "") -> str:
    """What to type to grade the submission again, or one check of it alone."""
    name = line(page.name, 120)
    name = f"./{name}" if name.startswith("-") else name
    only = f" --check {check_id}" if check_id else ""
    return f"grade {shlex.quote(name)}{only} --seed {page.seed}"


def guide_link(section: str, page: Page) -> Link | None:
    """The section of the guide; None where the check names none."""
    if not section:
        return None
    catalogue = page.drawing.catalogue
    words = catalogue.text("check.guide", title=catalogue.name("guide", section))
    return Link(f"{page.guide}#{section}", words)


def group(checks: tuple[CheckResult, ...], page: Page) -> tuple[Group, ...]:
    """Checks by objective, objectives in the order in which the suite first names them."""
    by_objective: dict[str, list[CheckResult]] = {}
    for check in checks:
        by_objective.setdefault(check.objective, []).append(check)
    return tuple(_group(objective, members, page) for objective, members in by_objective.items())


def _group(objective: str, members: list[CheckResult], page: Page) -> Group:
    """One objective's checks, passed and open ones apart."""
    catalogue = page.drawing.catalogue
    views = [view(check, page) for check in members]
    passed = tuple(one for one in views if one.outcome is Outcome.PASSED)
    return Group(
        title=catalogue.name("objective", objective),
        score=_points(members, page),
        open=tuple(one for one in views if one.outcome is not Outcome.PASSED),
        passed=passed,
        passed_words=catalogue.count("exercise.passed", len(passed)),
    )


def _points(checks: list[CheckResult], page: Page) -> str:
    """What these checks earned of what they could; empty where nothing was graded."""
    if not page.graded:
        return ""
    catalogue = page.drawing.catalogue
    earned, points = sum(check.score for check in checks), sum(check.points for check in checks)
    return catalogue.text("check.points", earned=catalogue.number(earned), points=catalogue.points(points))


def view(check: CheckResult, page: Page) -> CheckView:
    """A check with all that its outcome calls for."""
    drawing, catalogue = page.drawing, page.drawing.catalogue
    because, because_words = _because(check, page)
    full = check.outcome is not Outcome.SKIPPED and check.id not in page.causes.same_error
    limits = drawing.detail.row, drawing.detail.rows
    both = check.expected, check.seen
    return CheckView(
        id=check.id,
        anchor=anchor(check.id),
        title=catalogue.own("title", check),
        outcome=check.outcome,
        outcome_words=catalogue.text(f"outcome.{check.outcome}"),
        points=_points([check], page),
        message=drawing.line(check.message),
        comparison=compare(both[0], both[1], catalogue, limits) if both[0] and both[1] and full else None,
        hint=catalogue.own("hint", check),
        guide=guide_link(check.guide, page),
        because=because,
        because_words=because_words,
        command=command(page, check.id),
        evidence=show(check.evidence, drawing, timed_out=check.outcome is Outcome.TIMED_OUT)
        if full
        else None,
    )


def _because(check: CheckResult, page: Page) -> tuple[Link | None, str]:
    """The check that explains this one and the words for it, or a sentence alone."""
    reason = page.causes.explained_by.get(check.id)
    if reason is None:
        # What is said once of the whole exercise isn't repeated at each of its checks.
        reason = "" if check.skipped_because in page.problems else check.skipped_because
        return None, page.drawing.line(reason)
    key = "check.same" if check.id in page.causes.same_error else "check.because"
    return Link(f"#{anchor(reason)}", page.titles[reason]), page.drawing.catalogue.text(key)
