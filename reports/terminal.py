"""The scorecard at a prompt: the page's story in rich text, plain when piped; and live progress."""

from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.text import Text

from grader.results import Outcome, Results
from reports.catalogue import Catalogue, load
from reports.detail import FULL, Detail
from reports.scorecard import build
from reports.terminal_check import SIGNS, STYLES, command, followers, headline, show
from reports.terminal_depth import Depth, find_depths
from reports.terminal_progress import Progress
from reports.view import ExerciseView, First, Scorecard, Share
from reports.view import Group as ChecksOf

__all__ = ["Look", "Progress", "render"]

_BRIEF = Detail(commands=10, text=160, rows=8, row=160, output=600, frames=2, source=3, keys=6, steps=24)
_BAR = 24  # columns


@dataclass(frozen=True)
class Look:
    """What a terminal is like, and who sits at it."""

    width: int  # columns
    colour: bool
    language: str = "en"


def render(results: Results, look: Look, *, page: str = "", typed: str = "") -> str:
    """The scorecard as text; ``page`` is where the whole of it lies.

    ``typed`` is what was typed as the submission, for the commands that grade it again.

    A check that was run alone is shown in full. Of many that failed, only the one to look at first is: what
    matters must not scroll away.
    """
    checks = sum(len(exercise.checks) for exercise in results.exercises)
    card = build(results, look.language, detail=FULL if checks == 1 else _BRIEF, typed=typed)
    console = Console(
        file=StringIO(),
        width=max(look.width, 40),
        force_terminal=look.colour,
        color_system="standard" if look.colour else None,
        no_color=not look.colour,
        legacy_windows=False,
        markup=False,
        emoji=False,
        highlight=False,
    )
    with console.capture() as capture:
        _print(card, load(look.language), console, page)
    return "\n".join(line.rstrip() for line in capture.get().split("\n"))


def _print(card: Scorecard, catalogue: Catalogue, console: Console, page: str) -> None:
    """The whole scorecard, from top to foot; a command is never broken, so that it can be copied."""
    depths = find_depths(card)
    console.print(_top(card, catalogue))
    if card.first:
        console.print(_first(card.first, catalogue))
    if set(depths.values()) - {Depth.ALL}:
        console.print(Text(catalogue.text("page.brief"), style="dim"))
        console.print()
    for exercise in card.exercises:
        for part in _exercise(exercise, depths, catalogue, console.width):
            console.print(part, soft_wrap=isinstance(part, Text) and part.overflow == "ignore")
    console.print(_foot(card, catalogue))
    for part in _end(card, catalogue, page):
        console.print(part, soft_wrap=True)


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
        parts.append(Text(card.instead, style="bold"))
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


def _exercise(
    exercise: ExerciseView, depths: dict[str, Depth], catalogue: Catalogue, width: int
) -> Iterator[RenderableType]:
    """One exercise: its checks by objective, passed ones as a number; one alone is shown even so."""
    checks = sum(len(group.open) + len(group.followers) + len(group.passed) for group in exercise.groups)
    alone = checks == 1
    words = exercise.share.words if exercise.share else exercise.counts
    yield Rule(Text.assemble((exercise.title, "bold"), f"  {words} "), align="left", style="dim")
    yield ""
    if exercise.problem:
        problem = Text.assemble((catalogue.text("exercise.problem") + ". ", "bold yellow"), exercise.problem)
        yield Padding(problem, (0, 0, 1, 2))
    for group in exercise.groups:
        if not (group.open or alone):
            yield _settled(group)
            continue
        yield Text.assemble("  ", (group.title, "bold"), f"  {group.score}")
        if group.passed:
            yield Text.assemble("    ", ("✓ ", STYLES["passed"]), group.passed_words)
        for check in (*group.open, *(group.passed if alone else ())):
            yield Padding(headline(check), (0, 0, 0, 4))
            depth = depths.get(check.anchor, Depth.ALL)
            yield Padding(show(check, depth, catalogue, width - 6), (0, 0, 0, 6))
            yield command(check.command, 6)
            yield ""
    for bundle in exercise.followers:
        yield Padding(followers(bundle), (0, 0, 0, 2))
    if exercise.followers or not (exercise.groups and exercise.groups[-1].open):
        yield ""


def _settled(group: ChecksOf) -> Text:
    """A group that needs no more than its points: all passed, or failed for a reason told elsewhere."""
    outcome = group.followers[0].outcome if group.followers else Outcome.PASSED
    return Text.assemble(
        "  ", (f"{SIGNS[outcome]} ", STYLES[outcome]), group.title, (f"  {group.score}", "dim")
    )


def _foot(card: Scorecard, catalogue: Catalogue) -> RenderableType:
    """The run's facts."""
    heading = Text(catalogue.text("page.facts") + " ", style="bold")
    notes = [Padding(Text(note), (0, 0, 0, 2)) for note in card.notes]
    facts = "\n".join(f"{fact.name}: {fact.text}" for fact in card.facts if not fact.code)
    rows = Padding(Text(facts, style="dim"), (0, 0, 1, 2))
    return Group(Rule(heading, align="left", style="dim"), "", *notes, rows)


def _end(card: Scorecard, catalogue: Catalogue, page: str) -> Iterator[Text]:
    """What is still in sight when all is printed: the score, where the page is, and how to do it again."""
    words = card.share.words if card.share else card.instead
    yield Text(words, style="bold")
    if page:
        yield Text(f"{catalogue.text('page.title')}: {page}", no_wrap=True, overflow="ignore")
    yield Text(f"{catalogue.text('page.again')}:")
    yield command(card.command, 2)
