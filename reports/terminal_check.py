"""One failed check as rich text: expected and seen, hint, evidence, and how to try it alone."""

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from reports.catalogue import Catalogue
from reports.terminal_depth import Depth
from reports.terminal_evidence import evidence
from reports.view import CheckView, Comparison, Endings, Followers, Piece

STYLES = {
    "passed": "green",
    "failed": "red",
    "errored": "yellow",
    "timed_out": "magenta",
    "skipped": "dim",
    "grader_error": "yellow",
}
SIGNS = {
    "passed": "✓",
    "failed": "✗",
    "errored": "!",
    "timed_out": "◷",
    "skipped": "-",
    "grader_error": "!",
}
_LABEL = 10  # columns for expected and seen
_SHORT = 50  # characters of a line that surely fits


def headline(check: CheckView) -> Text:
    """Sign, outcome in words, points and title."""
    style = STYLES[check.outcome]
    return Text.assemble(
        (f"{SIGNS[check.outcome]} {check.outcome_words}", f"bold {style}"),
        f"  {check.points}" if check.points else "",
        "  ",
        (check.title, "bold"),
    )


def followers(bundle: Followers) -> Text:
    """Checks that share a reason, as one sentence."""
    style = STYLES[bundle.outcome]
    return Text.assemble(
        (f"{SIGNS[bundle.outcome]} ", f"bold {style}"),
        bundle.words,
        (f"  {bundle.points}" if bundle.points else "", "dim"),
    )


def show(check: CheckView, depth: Depth, catalogue: Catalogue, width: int) -> RenderableType:
    """All that is to be said of a check below its headline."""
    return Group(*_parts(check, depth, catalogue, width))


def _parts(check: CheckView, depth: Depth, catalogue: Catalogue, width: int) -> Iterator[RenderableType]:
    """The parts, in the page's order."""
    if check.message:
        yield Text(check.message)
    if depth is Depth.NAME:
        return
    if check.evidence and check.evidence.call:
        yield Text.assemble((catalogue.text("evidence.call") + "  ", "dim"), check.evidence.call)
    if check.comparison:
        yield _compare(check.comparison, catalogue)
    if check.endings:
        yield _endings(check.endings, catalogue)
    if check.hint:
        yield Text.assemble((catalogue.text("check.hint") + ": ", "bold cyan"), check.hint)
    if check.evidence and depth is Depth.ALL:
        if check.guide:
            yield Text.assemble((check.guide.text, "dim"), " ", (check.guide.target, "dim underline"))
        yield from evidence(check.evidence, catalogue, width)


def command(words: str, indent: int) -> Text:
    """What to type, ``indent`` columns from the left; it isn't broken at the right."""
    return Text.assemble(" " * indent, ("$ ", "dim"), (words, "bold"), no_wrap=True, overflow="ignore")


def _compare(it: Comparison, catalogue: Catalogue) -> RenderableType:
    """Expected over seen, aligned; what differs is underlined, and told by a line of ^ when plain."""
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(min_width=_LABEL, no_wrap=True)
    table.add_column(overflow="fold")
    kinds = {"expected": it.expected_type, "seen": it.seen_type}  # said once, at the first difference
    for row in it.rows:
        if row.skipped:
            table.add_row("", Text(f"… {row.skipped}", style="dim"))
        elif row.same:
            table.add_row(Text(catalogue.text("check.both"), style="dim"), _pieces(row.seen, "", catalogue))
        else:
            for name, side, style in (("expected", row.expected, "green"), ("seen", row.seen, "red")):
                kind = kinds.pop(name, "")
                words = Text.assemble((catalogue.text(f"check.{name}"), style), f" {kind}" if kind else "")
                table.add_row(words, _pieces(side, style, catalogue))
            if carets := _carets(row.seen):
                table.add_row("", Text(carets, style="dim"))
    return Padding(table, (0, 0, 0, 2))


def _endings(it: Endings, catalogue: Catalogue) -> RenderableType:
    """The right endings over the one that was seen; a > is before what fits none of them."""
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(min_width=_LABEL, no_wrap=True)
    table.add_column(overflow="fold")
    for place, ending in enumerate(it.expected):
        word = Text(catalogue.text("check.or" if place else "check.expected"), style="green")
        table.add_row(word, Text("\n".join(f"  {piece.text}" for piece in ending)))
    if it.more:
        table.add_row("", Text(f"… {catalogue.text('check.or_more')}", style="dim"))
    seen = Text("\n").join(
        Text(f"> {piece.text}", style="bold red") if piece.differs else Text(f"  {piece.text}")
        for piece in it.seen
    )
    table.add_row(Text(catalogue.text("check.seen"), style="red"), seen)
    return Padding(table, (0, 0, 0, 2))


def _pieces(side: tuple[Piece, ...] | None, style: str, catalogue: Catalogue) -> Text:
    """One side of a row, its differing part underlined."""
    if side is None:
        return Text(catalogue.text("check.nothing"), style="italic dim")
    return Text.assemble(
        *((piece.text, f"bold underline {style}" if piece.differs else "") for piece in side)
    )


def _carets(side: tuple[Piece, ...] | None) -> str:
    """Carets below the differing part of a short line; empty where a line would wrap."""
    if (
        not side
        or not any(piece.differs for piece in side)
        or sum(len(piece.text) for piece in side) > _SHORT
    ):
        return ""
    widths = ((Text(piece.text).cell_len, piece.differs) for piece in side)
    return "".join(("^" if differs else " ") * columns for columns, differs in widths).rstrip()
