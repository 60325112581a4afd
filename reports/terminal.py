"""The scorecard at a prompt: the page's story in rich text, plain when piped; and live progress."""

from collections.abc import Iterator
from io import StringIO

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.text import Text

from grader.results import Results
from reports.catalogue import Catalogue, load
from reports.detail import FULL, Detail
from reports.scorecard import GUIDE, build
from reports.terminal_check import STYLES, command, headline, show
from reports.terminal_progress import Progress
from reports.view import ExerciseView, First, Scorecard, Share

__all__ = ["Progress", "render"]

_BRIEF = Detail(commands=10, text=160, rows=8, row=160, output=600, frames=2, source=3, keys=6, steps=24)
_BAR = 24  # columns


def render(results: Results, *, width: int, colour: bool, language: str = "en", guide: str = GUIDE) -> str:
    """The scorecard as text of ``width`` columns; a check that was run alone is shown in full."""
    checks = sum(len(exercise.checks) for exercise in results.exercises)
    card = build(results, language, guide=guide, detail=FULL if checks == 1 else _BRIEF)
    console = Console(
        file=StringIO(),
        width=max(width, 40),
        force_terminal=colour,
        color_system="standard" if colour else None,
        no_color=not colour,
        legacy_windows=False,
        markup=False,
        emoji=False,
        highlight=False,
    )
    with console.capture() as capture:
        _print(card, load(language), console)
    return "\n".join(line.rstrip() for line in capture.get().split("\n"))


def _print(card: Scorecard, catalogue: Catalogue, console: Console) -> None:
    """The whole scorecard, from top to foot; a command is never broken, so that it can be copied."""
    console.print(_top(card, catalogue))
    if card.first:
        console.print(_first(card.first, catalogue))
    for exercise in card.exercises:
        for part in _exercise(exercise, catalogue, console.width):
            console.print(part, soft_wrap=isinstance(part, Text) and part.overflow == "ignore")
    console.print(_foot(card, catalogue))
    console.print(command(card.command, 2), soft_wrap=True)


def _top(card: Scorecard, catalogue: Catalogue) -> RenderableType:
    """Title, notices, total, summary and the exercises' bars."""
    title = Text.assemble(
        (card.title or catalogue.text("page.title"), "bold"), "  ", (card.submission, "cyan")
    )
    parts: list[RenderableType] = [title, ""]
    for notice in card.notices:
        parts += [Text.assemble((f"! {notice.heading}: ", "bold yellow"), notice.text), ""]
    if card.share:
        parts.append(Text.assemble((card.share.words, "bold"), "  ", _bar(card.share)))
    else:
        parts.append(Text(catalogue.text("page.no_score"), style="bold"))
    parts += [Text(card.summary)]
    parts += [Text(f"{change.kind}: {change.points}. {change.reason}".rstrip()) for change in card.changes]
    parts.append("")
    room = max((len(exercise.title) for exercise in card.exercises), default=0)
    for exercise in card.exercises:
        if exercise.share:
            words = f"{exercise.title:<{room}}  "
            parts.append(Text.assemble("  ", words, _bar(exercise.share), f"  {exercise.share.words}"))
    return Group(*parts, "")


def _bar(share: Share) -> Text:
    """A bar whose full and empty parts differ in shape, not in colour alone."""
    full = round(_BAR * share.percent / 100)
    return Text.assemble(("█" * full, "green"), ("░" * (_BAR - full), "dim"))


def _first(first: First, catalogue: Catalogue) -> RenderableType:
    """What to look at first, and why."""
    parts: list[RenderableType] = [
        Text(catalogue.text("page.first"), style="bold"),
        Padding(Text(first.link.text), (0, 0, 0, 2)),
    ]
    parts += [Padding(Text(words), (0, 0, 0, 2)) for words in (first.message,) if words]
    parts.append(Padding(Text(first.why, style="dim"), (0, 0, 0, 2)))
    return Group(*parts, "")


def _exercise(exercise: ExerciseView, catalogue: Catalogue, width: int) -> Iterator[RenderableType]:
    """One exercise: its checks by objective, passed ones as a number; one alone is shown even so."""
    alone = sum(len(group.open) + len(group.passed) for group in exercise.groups) == 1
    words = exercise.share.words if exercise.share else exercise.counts
    yield Rule(Text.assemble((exercise.title, "bold"), f"  {words} "), align="left", style="dim")
    yield ""
    if exercise.problem:
        problem = Text.assemble((catalogue.text("exercise.problem") + ". ", "bold yellow"), exercise.problem)
        yield Padding(problem, (0, 0, 1, 2))
    for group in exercise.groups:
        yield Text.assemble("  ", (group.title, "bold"), f"  {group.score}")
        if group.passed:
            yield Text.assemble("    ", ("✓ ", STYLES["passed"]), group.passed_words)
        for check in (*group.open, *(group.passed if alone else ())):
            yield Padding(headline(check), (0, 0, 0, 4))
            yield Padding(show(check, catalogue, width - 6), (0, 0, 0, 6))
            if check.evidence:
                yield command(check.command, 6)
                yield ""
        if not (group.open and group.open[-1].evidence):
            yield ""


def _foot(card: Scorecard, catalogue: Catalogue) -> RenderableType:
    """The run's facts."""
    heading = Text(catalogue.text("page.facts") + " ", style="bold")
    notes = [Padding(Text(note), (0, 0, 0, 2)) for note in card.notes]
    facts = "\n".join(f"{fact.name}: {fact.text}" for fact in card.facts if not fact.code)
    again = Text(f"  {catalogue.text('page.again')}:")
    rows = Padding(Text(facts, style="dim"), (0, 0, 1, 2))
    return Group(Rule(heading, align="left", style="dim"), "", *notes, rows, again)
