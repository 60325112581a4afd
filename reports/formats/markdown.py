"""A report in Markdown: for a release, a pull request's comment or a job's summary."""

from collections.abc import Iterable

from grader.results import CheckResult, ExerciseResult, Outcome, Results
from reports.formats.context import Context
from reports.formats.markup import code_block, markdown
from reports.formats.wording import OUTCOMES, explanation, is_graded, number, score_line, why_not_graded
from reports.shares import Share, shares

# GitHub takes 65,536 characters for a comment and cuts the body of a release near twice that.
LIMIT_BYTES = 60_000
TEXT_LIMIT = 3000  # characters of evidence for each check
MARKS = {Outcome.PASSED: "✓", Outcome.SKIPPED: "–"}  # noqa: RUF001 - a dash, read out as one


def write(results: Results, context: Context) -> str:
    """The report within what a comment may hold."""
    return within(results, context, LIMIT_BYTES)


def within(results: Results, context: Context, limit: int) -> str:
    """The report in at most ``limit`` bytes: evidence goes first, then the list of checks."""
    head = "\n".join(_head(results, context))
    lists = [*_tables(results), ""] if is_graded(results) else []
    failed = [share for share in shares(results) if share.check.outcome is not Outcome.PASSED]
    details = [text for text in map(_details, failed) if text]
    tail = "\n*{} more are left out here; the scorecard has them all.*\n"
    kept = _as_many_as_fit([head, "\n".join(lists)], limit - len(tail) - 20)
    if not is_graded(results):
        return "\n".join(kept).rstrip() + "\n"
    shown = _as_many_as_fit(details, limit - sum(_size(part) for part in kept) - len(tail) - 20)
    left_out = len(details) - len(shown)
    body = "\n".join([*kept, *shown]).rstrip() + "\n"
    return body + (tail.format(left_out) if left_out else "")


def _head(results: Results, context: Context) -> list[str]:
    title = f"## {markdown(results.title or 'Results')}: {score_line(results)}"
    link = [f"[The full scorecard]({context.scorecard})", ""] if context.scorecard else []
    if not is_graded(results):
        return [title, "", markdown(why_not_graded(results), 600), "", *link]
    return [title, "", *_notes(results), *link]


def _notes(results: Results) -> Iterable[str]:
    problems = [f"{one.title}: {one.problem}" for one in results.exercises if one.problem]
    changes = [f"{number(one.points)} points: {one.reason}" for one in results.adjustments]
    walls = [] if results.run.isolated else [f"Not isolated: {results.run.isolation_note}"]
    notes = [*problems, *changes, *results.submission.warnings[:20], *walls]
    return [*(f"- {markdown(note, 500)}" for note in notes), *([""] if notes else [])]


def _tables(results: Results) -> Iterable[str]:
    for exercise in results.exercises:
        yield from _table(exercise, [one.check for one in shares(results) if one.exercise is exercise])


def _table(exercise: ExerciseResult, checks: list[CheckResult]) -> Iterable[str]:
    score = "not graded" if exercise.score is None else number(exercise.score)
    yield f"### {markdown(exercise.title)}: {score} of {number(exercise.max_score)}"
    yield ""
    yield "| | Check | Outcome | Points |"
    yield "| --- | --- | --- | --: |"
    for check in checks:
        points = f"{number(check.score)}/{number(check.points)}"
        mark = MARKS.get(check.outcome, "✗")
        yield f"| {mark} | {markdown(check.title)} | {OUTCOMES[check.outcome]} | {points} |"
    yield ""


def _details(share: Share) -> str:
    told = explanation(share.check, TEXT_LIMIT)
    return f"#### {markdown(share.check.title)}\n\n{code_block(told, TEXT_LIMIT)}\n" if told else ""


def _as_many_as_fit(parts: list[str], limit: int) -> list[str]:
    kept: list[str] = []
    for part in parts:
        limit -= _size(part)
        if limit < 0:
            break
        kept.append(part)
    return kept


def _size(text: str) -> int:
    return len(text.encode()) + 1
