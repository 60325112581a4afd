"""One check as a view, and the checks of an exercise grouped by learning objective."""

import shlex
from collections.abc import Iterable
from dataclasses import dataclass, replace

from grader.results import CheckResult, Outcome
from reports.causes import Causes
from reports.comparison import compare
from reports.endings import endings
from reports.evidence import Drawing, show
from reports.view import CheckView, Endings, Followers, Group, Link
from reports.view_evidence import EvidenceView


@dataclass(frozen=True)
class Page:
    """What every check's view needs to know of the whole."""

    drawing: Drawing
    causes: Causes
    titles: dict[str, str]  # of checks, by id
    problems: frozenset[str]  # sentences that stand at the head of an exercise
    submission: str  # as a command names it
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
    name = f"./{page.submission}" if page.submission.startswith("-") else page.submission
    only = f" --check {check_id}" if check_id else ""
    return f"grade {shlex.quote(name)}{only} --seed {page.seed}"


def guide_link(section: str, page: Page) -> Link | None:
    """The section of the guide; None where the check names none. A guide without an address has no links."""
    if not section:
        return None
    catalogue = page.drawing.catalogue
    words = catalogue.text("check.guide", title=catalogue.name("guide", section))
    return Link(f"{page.guide}#{section}" if page.guide else "", words)


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
        open=tuple(one for one in views if one.outcome is not Outcome.PASSED and one.evidence),
        followers=followers(members, page),
        passed=passed,
        passed_words=catalogue.count("exercise.passed", len(passed)),
    )


def followers(members: Iterable[CheckResult], page: Page) -> tuple[Followers, ...]:
    """The checks without evidence of their own, by the reason why."""
    by_reason: dict[tuple[str, bool], list[CheckResult]] = {}
    for check in members:
        if check.outcome is not Outcome.PASSED and not _has_evidence(check, page):
            reason = page.causes.explained_by.get(check.id, check.skipped_because)
            by_reason.setdefault((reason, check.id in page.causes.same_error), []).append(check)
    return tuple(_bundle(checks, page) for checks in by_reason.values())


def _bundle(checks: list[CheckResult], page: Page) -> Followers:
    """Checks that share a reason."""
    catalogue = page.drawing.catalogue
    because, because_words = _because(checks[0], page)
    same = checks[0].id in page.causes.same_error
    key = "same" if same else "because" if because else "reason" if because_words else "unrun"
    words = catalogue.count(
        f"followers.{key}", len(checks), title=because.text if because else "", reason=because_words
    )
    views = tuple(view(check, page) for check in checks)
    return Followers(checks[0].outcome, words, because, because_words, _points(checks, page), views)


def _has_evidence(check: CheckResult, page: Page) -> bool:
    """Whether a check has something of its own to show."""
    return check.outcome is not Outcome.SKIPPED and check.id not in page.causes.same_error


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
    full = _has_evidence(check, page)
    race = endings(check.expected, check.seen, drawing.detail) if full else None
    limits = drawing.detail.row, drawing.detail.rows
    both = check.expected, check.seen
    return CheckView(
        id=check.id,
        anchor=anchor(check.id),
        title=catalogue.own("title", check),
        outcome=check.outcome,
        outcome_words=catalogue.text(f"outcome.{check.outcome}"),
        points=_points([check], page),
        message=drawing.said(check.message),
        comparison=compare(both[0], both[1], catalogue, limits)
        if both[0] and both[1] and full and not race
        else None,
        endings=race,
        hint=catalogue.own("hint", check),
        guide=guide_link(check.guide, page),
        because=because,
        because_words=because_words,
        command=command(page, check.id),
        evidence=_evidence(check, drawing, race) if full else None,
    )


def _evidence(check: CheckResult, drawing: Drawing, race: Endings | None) -> EvidenceView:
    """What really happened; what the message or the endings of a race say already isn't said again."""
    shown = show(check.evidence, drawing, timed_out=check.outcome is Outcome.TIMED_OUT)
    if race or (shown.call and check.message.startswith(shown.call)):
        shown = replace(shown, call="")
    schedule = check.evidence.schedule
    if shown.diagram and schedule and check.message == schedule.verdict:
        shown = replace(shown, diagram=replace(shown.diagram, verdict=""))
    return shown


def _because(check: CheckResult, page: Page) -> tuple[Link | None, str]:
    """The check that explains this one and the words for it, or a sentence alone."""
    reason = page.causes.explained_by.get(check.id)
    if reason is None:
        # What is said once of the whole exercise isn't repeated at each of its checks.
        reason = "" if check.skipped_because in page.problems else check.skipped_because
        return None, page.drawing.said(reason)
    key = "check.same" if check.id in page.causes.same_error else "check.because"
    return Link(f"#{anchor(reason)}", page.titles[reason]), page.drawing.catalogue.text(key)
