"""The commands of a check as round trips, with what the clock did between."""

from dataclasses import dataclass
from itertools import groupby

from grader.results import ClockStep, Command, Evidence
from reports.catalogue import Catalogue
from reports.detail import Detail
from reports.view_evidence import (
    Batch,
    CommandView,
    Pause,
    Trace,
)
from reports.visible import block, line

_SAME = 3  # of the same command in a row; more are told as a number
_UNITS = ((86400, "days"), (3600, "hours"), (60, "minutes"), (1, "seconds"))


@dataclass(frozen=True)
class Pauses:
    """What came between commands: moves of the clock, and the same command again."""

    clock: tuple[ClockStep, ...]
    repeats: dict[int, int]  # how many more followed a command
    catalogue: Catalogue

    @property
    def places(self) -> list[int]:
        """The numbers of the commands that something came after."""
        return sorted({step.after_command for step in self.clock} | set(self.repeats))

    def after(self, number: int) -> list[Pause]:
        """What came after a command."""
        again = self.repeats.get(number, 0)
        pauses = [Pause(self.catalogue.count("evidence.repeats", again))] if again else []
        moves = [step.seconds for step in self.clock if step.after_command == number]
        if moves:
            words = duration(sum(moves), self.catalogue)
            pauses.append(Pause(self.catalogue.text("evidence.clock", duration=words)))
        return pauses


def trace(evidence: Evidence, catalogue: Catalogue, detail: Detail) -> Trace | None:
    """The commands, cut in the middle where there are too many; None where there is nothing to show."""
    commands = evidence.commands
    if not (commands or evidence.clock) or not detail.commands:
        return None
    total = len(commands) + evidence.commands_left_out
    trips = len({(command.actor, command.round_trip) for command in commands})
    summary = catalogue.text(
        "evidence.summary",
        commands=catalogue.count("evidence.commands_count", total),
        round_trips=catalogue.count("evidence.round_trips", trips),
    )
    # Where the results leave commands out, their round trips aren't known: say only what is.
    if evidence.commands_left_out:
        summary = catalogue.count("evidence.commands_count", total)
    return Trace(summary, _entries(evidence, catalogue, detail), len({one.actor for one in commands}) > 1)


def _entries(evidence: Evidence, catalogue: Catalogue, detail: Detail) -> tuple[Batch | Pause, ...]:
    """Round trips and pauses in the order of time."""
    commands, repeats = _without_repeats(evidence)
    head, tail = _cut(commands, detail.commands)
    pauses = Pauses(evidence.clock, repeats, catalogue)
    entries = _timeline(head, pauses, detail)
    if tail:
        last = head[-1].number if head else 0
        between = tail[0].number - last - 1 - repeats.get(last, 0)
        entries.append(Pause(catalogue.count("evidence.between", between)))
        entries += _timeline(tail, pauses, detail)
    left_out = evidence.commands_left_out
    if left_out and commands and commands[0].number > 1:
        return (Pause(catalogue.count("evidence.earlier", left_out)), *entries)
    return (*entries, Pause(catalogue.count("evidence.left_out", left_out))) if left_out else tuple(entries)


def _cut(commands: tuple[Command, ...], limit: int) -> tuple[tuple[Command, ...], tuple[Command, ...]]:
    """All commands, or the first and the last of them: a mistake is mostly near the end."""
    if len(commands) <= limit:
        return commands, ()
    head = limit // 2
    return commands[:head], commands[len(commands) - (limit - head) :]


def _without_repeats(evidence: Evidence) -> tuple[tuple[Command, ...], dict[int, int]]:
    """The commands, one for each long row of the same, and how many more follow the one that is kept."""
    clock = {step.after_command for step in evidence.clock}
    kept: list[Command] = []
    repeats: dict[int, int] = {}
    rows: list[list[Command]] = []
    for command in evidence.commands:
        last = rows[-1][-1] if rows else None
        if last and last.number not in clock and _said(last) == _said(command):
            rows[-1].append(command)
        else:
            rows.append([command])
    for row in rows:
        long = len(row) > _SAME
        kept += row[:1] if long else row
        if long:
            repeats[row[0].number] = len(row) - 1
    return tuple(kept), repeats


def _said(command: Command) -> tuple[str, str, str]:
    """What a command says, whenever it is sent."""
    return command.actor, command.text, command.reply


def _timeline(commands: tuple[Command, ...], pauses: Pauses, detail: Detail) -> list[Batch | Pause]:
    """Commands in runs of one round trip of one actor, and what came between them."""
    first, last = (commands[0].number, commands[-1].number) if commands else (1, 0)
    last += pauses.repeats.get(last, 0)
    # A run ends where something came between, even inside a round trip.
    breaks = [after for after in pauses.places if not commands or first - 1 <= after <= last]
    entries: list[Batch | Pause] = []
    shown = 0

    def run(command: Command) -> tuple[str, int, int]:
        return command.actor, command.round_trip, sum(after < command.number for after in breaks)

    for (actor, trip, before), members in groupby(commands, run):
        for after in breaks[shown:before]:
            entries += pauses.after(after)
        shown = before
        views = tuple(_command(command, pauses.catalogue, detail) for command in members)
        entries.append(Batch(line(actor, 12), str(trip), views))
    for after in breaks[shown:]:
        entries += pauses.after(after)
    return entries


def _command(command: Command, catalogue: Catalogue, detail: Detail) -> CommandView:
    """One command with its reply, or the words for none."""
    reply = block(command.reply, detail.text) if command.reply else catalogue.text("evidence.no_reply")
    size = catalogue.count("evidence.bytes", command.reply_bytes)
    return CommandView(command.number, line(command.text, detail.text), reply, size)


def duration(seconds: float, catalogue: Catalogue) -> str:
    """A stretch of time in the largest unit that measures it exactly, else in seconds."""
    for size, unit in _UNITS:
        if seconds >= size and seconds % size == 0:
            return catalogue.count(f"duration.{unit}", seconds / size)
    return catalogue.count("duration.seconds", seconds)
