"""The commands of a check as round trips, with what the clock did between."""

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

_UNITS = ((86400, "days"), (3600, "hours"), (60, "minutes"), (1, "seconds"))


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
    commands = evidence.commands
    head, tail = _cut(commands, detail.commands)
    entries = _timeline(head, _within(evidence.clock, head), catalogue, detail)
    if tail:
        entries.append(Pause(catalogue.count("evidence.between", len(commands) - len(head) - len(tail))))
        entries += _timeline(tail, _within(evidence.clock, tail), catalogue, detail)
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


def _within(clock: tuple[ClockStep, ...], commands: tuple[Command, ...]) -> list[ClockStep]:
    """The clock's steps that lie before, between or after these commands."""
    if not commands:
        return list(clock)
    first, last = commands[0].number, commands[-1].number
    return [step for step in clock if first - 1 <= step.after_command <= last]


def _timeline(
    commands: tuple[Command, ...], clock: list[ClockStep], catalogue: Catalogue, detail: Detail
) -> list[Batch | Pause]:
    """Commands in runs of one round trip of one actor, a pause after each command that it follows."""
    steps = {step.after_command: step for step in clock}
    # A run ends where the clock moved, even inside a round trip.
    breaks = sorted(steps)
    entries: list[Batch | Pause] = []
    shown: set[int] = set()

    def pauses(up_to: float) -> None:
        for after in breaks:
            if after < up_to and after not in shown:
                shown.add(after)
                moved = sum(step.seconds for step in clock if step.after_command == after)
                entries.append(Pause(catalogue.text("evidence.clock", duration=duration(moved, catalogue))))

    def run(command: Command) -> tuple[str, int, int]:
        return command.actor, command.round_trip, sum(after < command.number for after in breaks)

    for (actor, trip, _), members in groupby(commands, run):
        batch = tuple(members)
        pauses(batch[0].number)
        views = tuple(_command(command, catalogue, detail) for command in batch)
        entries.append(Batch(line(actor, 12), str(trip), views))
    pauses(float("inf"))
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
