"""The evidence of a check as rich text: error, stack, order, crash, commands, keys, output."""

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from reports.catalogue import Catalogue
from reports.view_evidence import (
    Diagram,
    EvidenceView,
    FrameView,
    KeyView,
    Pause,
    StepView,
    Trace,
)

_NARROWEST = 24  # columns of an actor in a sequence diagram; below that it is a list


def evidence(it: EvidenceView, catalogue: Catalogue, width: int) -> Iterator[RenderableType]:
    """Each part that there is, under its heading."""
    t = catalogue.text
    if it.error:
        yield _heading(t("evidence.raised", type=it.error.type))
        if it.error.message:
            yield _indent(Text(it.error.message))
        yield from (_frame(frame) for frame in it.error.frames)
        if it.error.left_out:
            yield _indent(Text(it.error.left_out, style="dim"))
    if it.waiting:
        yield _heading(t("evidence.waiting"))
        yield _indent(Text(it.waiting))
    if it.last_command:
        yield _heading(t("evidence.last"))
        yield _indent(Text(it.last_command))
    if it.stack:
        yield _heading(t("evidence.stack"))
        yield from (_frame(frame) for frame in it.stack)
    if it.diagram:
        yield _heading(it.diagram.heading)
        yield _diagram(it.diagram, catalogue, width)
    yield from _state(it, catalogue)


def _state(it: EvidenceView, catalogue: Catalogue) -> Iterator[RenderableType]:
    """What was sent, what was left on the server, and what was printed."""
    t = catalogue.text
    if it.crash:
        yield _heading(t("crash.heading"))
        yield _indent(Text(f"{it.crash.summary} {it.crash.command}".rstrip()))
        yield _indent(Text(t("crash.left") if it.crash.left else t("crash.nothing")))
        yield from (_key(key) for key in it.crash.left)
    if it.trace:
        yield _heading(f"{t('evidence.commands')}: {it.trace.summary}")
        yield _trace(it.trace)
    if it.keys:
        yield _heading(t("evidence.keys"))
        yield from (_key(key) for key in it.keys)
    if it.output:
        yield _heading(t("evidence.output"))
        yield _indent(Text(it.output))


def _heading(words: str) -> Text:
    """A part's heading."""
    return Text(words, style="cyan")


def _indent(text: RenderableType) -> Padding:
    """Two columns to the right."""
    return Padding(text, (0, 0, 0, 2))


def _frame(frame: FrameView) -> RenderableType:
    """A place in the source; the line that ran has an arrow."""
    table = Table.grid(padding=(0, 1, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(justify="right", no_wrap=True)
    table.add_column(overflow="fold")
    for line in frame.lines:
        style = "bold" if line.current else "dim"
        sign = "▶" if line.current else " "
        table.add_row(sign, Text(str(line.number), style="dim"), Text(line.text, style=style))
    return _indent(Group(Text(frame.place, style="underline"), table) if frame.lines else Text(frame.place))


def _key(key: KeyView) -> RenderableType:
    """A key with its type and its time-to-live."""
    return _indent(Text.assemble(key.key, f"  {key.type}  ", (key.ttl, "" if key.expires else "bold")))


def _trace(it: Trace) -> RenderableType:
    """Commands with their replies; the number on the left is the round trip's."""
    table = Table.grid(padding=(0, 1, 0, 0))
    table.add_column(justify="right", no_wrap=True, style="dim")
    table.add_column(overflow="fold")
    for entry in it.entries:
        if isinstance(entry, Pause):
            table.add_row("", Text(f"~ {entry.text}", style="italic dim"))
            continue
        for place, command in enumerate(entry.commands):
            who = f"{entry.actor} {entry.round_trip}" if it.several_actors else entry.round_trip
            table.add_row("" if place else who, Text.assemble((f"{command.number}> ", "dim"), command.text))
            table.add_row("", Text(f"   {command.reply}  ({command.size})", style="dim"))
    return _indent(table)


def _diagram(it: Diagram, catalogue: Catalogue, width: int) -> RenderableType:
    """The steps in their actors' columns, or as a list where columns would be too narrow."""
    wide = width // max(1, it.columns) - 5 >= _NARROWEST
    table = Table.grid(padding=(0, 2, 0, 0), expand=True)
    table.add_column(justify="right", no_wrap=True, style="dim", width=4)
    for _ in range(it.columns if wide else 1):
        table.add_column(overflow="fold", ratio=1)
    if wide:
        table.add_row("", *(Text(actor, style="bold") for actor in it.actors))
    for step in it.steps:
        cell = _step(step, catalogue, named=not wide)
        cells = ["" if number != max(step.column, 1) else cell for number in range(1, it.columns + 1)]
        table.add_row(f"{'▶' if step.wrong else ''}{step.number}", *(cells if wide else [cell]))
    extra = [Text(words, style="dim") for words in (it.summary, it.left_out) if words]
    return _indent(Group(*extra, table, Text(it.verdict, style="bold")))


def _step(step: StepView, catalogue: Catalogue, *, named: bool) -> Text:
    """What an actor does, with the reply below, and a sentence where it goes wrong."""
    words = f"{step.actor} {step.words}" if named and step.actor else step.words
    cell = Text.assemble((f"{words} ", "dim"), step.text)
    if step.reply:
        cell.append(f"\n← {step.reply}", style="dim")
    if step.wrong:
        cell.append(f"\n{catalogue.text('schedule.wrong')}", style="bold red")
    return cell
