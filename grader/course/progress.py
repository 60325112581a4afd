"""What whoever waits for a class sees: a bar in a terminal, plain lines elsewhere."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from grader.submission import on_one_line

LINE_SECONDS = 10.0  # between plain lines while all goes well


class Watcher(Protocol):
    """Hears how a class run goes on."""

    def begin(self, total: int, skipped: int) -> None:
        """So many are to be graded; so many are graded already."""

    def finished(self, name: str, problem: str) -> None:
        """One more is done; ``problem`` is a sentence, '' for none."""

    def slowest(self, name: str, seconds: float) -> None:
        """Time goes on; this one has been under way the longest."""

    def end(self) -> None:
        """Nothing more comes."""


@dataclass
class Lines:
    """Plain lines, for a log: every problem at once, the count every few seconds."""

    say: Callable[[str], None] = lambda text: click.echo(text, err=True)
    now: Callable[[], float] = time.monotonic
    done: int = 0
    total: int = 0
    began: float = 0.0
    said: float = field(default=0.0)

    def begin(self, total: int, skipped: int) -> None:
        """Says what there is to do."""
        self.total, self.began, self.said = total, self.now(), self.now()
        unchanged = f" ({skipped} unchanged)" if skipped else ""
        self.say(f"Grading {total} submission{'' if total == 1 else 's'}{unchanged}.")

    def finished(self, name: str, problem: str) -> None:
        """Says a problem at once, and how far it is from time to time."""
        self.done += 1
        if problem:
            self.say(on_one_line(f"{name}: {problem}"))
        if self.now() - self.said >= LINE_SECONDS or self.done == self.total:
            self._count("")

    def slowest(self, name: str, seconds: float) -> None:
        """Says which one takes so long, when nothing else has been said for a while."""
        if self.now() - self.said >= LINE_SECONDS:
            self._count(f", slowest now: {on_one_line(name)} ({_duration(seconds)})")

    def _count(self, more: str) -> None:
        self.said = self.now()
        rate = self.done / max(self.said - self.began, 1e-9)
        ahead = (self.total - self.done) / rate if self.done else 0.0
        left = f", {_duration(ahead)} left" if ahead else ""
        self.say(f"{self.done}/{self.total} graded, {_rate(rate)}{left}{more}")

    def end(self) -> None:
        """Nothing to tidy up."""


def _rate(each_second: float) -> str:
    """How many in a second, or in a minute where that is more telling."""
    slow = each_second < 1
    return f"{each_second * 60:.0f} a minute" if slow else f"{each_second:.1f} a second"


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


class Bar:
    """A bar with counts, rate, time left and the slowest one running."""

    def __init__(self, console: Console) -> None:
        columns = (
            TextColumn("Grading"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
            TimeRemainingColumn(),
            TextColumn("{task.fields[slowest]}", markup=False),
        )
        self._progress = Progress(*columns, console=console, transient=True)
        self._began = time.monotonic()
        self._done = 0

    def begin(self, total: int, skipped: int) -> None:
        """Draws the bar."""
        self._task = self._progress.add_task("", total=total, rate="", slowest="")
        self._progress.start()
        if skipped:
            self._progress.console.print(f"{skipped} unchanged", highlight=False)

    def finished(self, name: str, problem: str) -> None:
        """Moves it on; a problem stays readable above it."""
        self._done += 1
        rate = self._done / max(time.monotonic() - self._began, 1e-9)
        self._progress.update(self._task, advance=1, rate=_rate(rate))
        if problem:
            self._progress.console.print(on_one_line(f"{name}: {problem}"), markup=False, highlight=False)

    def slowest(self, name: str, seconds: float) -> None:
        """Names the one that has been under way the longest."""
        self._progress.update(self._task, slowest=f"slowest: {on_one_line(name)}, {_duration(seconds)}")

    def end(self) -> None:
        """Takes the bar away."""
        self._progress.stop()


def watcher() -> Watcher:
    """A bar where standard error is a terminal, else lines."""
    console = Console(stderr=True)
    return Bar(console) if console.is_terminal else Lines()
