"""Progress while a submission is graded: one live line at a terminal, a line a check when piped."""

from types import TracebackType
from typing import Self, TextIO

from rich.console import Console
from rich.live import Live
from rich.text import Text

from grader.results import CheckResult, Outcome
from reports.catalogue import Catalogue, load
from reports.visible import line


class Progress:
    """Fed with each check's result as it comes; a context manager, so that the live line goes away."""

    def __init__(self, stream: TextIO, *, width: int, colour: bool, language: str = "en") -> None:
        self._catalogue: Catalogue = load(language)
        self._console = Console(
            file=stream, width=width, no_color=not colour, markup=False, emoji=False, highlight=False
        )
        self._live = (
            Live(console=self._console, auto_refresh=False, transient=True) if stream.isatty() else None
        )
        self._done = 0
        self._passed = 0

    def __enter__(self) -> Self:
        """Shows the live line, where the stream is a terminal."""
        if self._live:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Takes the live line away again."""
        if self._live:
            self._live.stop()

    def add(self, check: CheckResult) -> None:
        """One more check is done."""
        self._done += 1
        self._passed += check.outcome is Outcome.PASSED
        words = self._catalogue.text(f"outcome.{check.outcome}")
        if self._live is None:
            self._console.print(f"{words:<16} {check.id}", soft_wrap=True)
            return
        counts = self._catalogue.count("progress.running", self._done, passed=self._passed)
        text = Text(f"{counts}  {line(check.id, 80)}", no_wrap=True, overflow="ellipsis")
        self._live.update(text, refresh=True)
