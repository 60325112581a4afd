"""Puts what happened in a check that didn't pass into words and data for the student."""

from functools import lru_cache
from pathlib import Path

from grader.errors import FloodError
from grader.interleave.calls import StudentFault
from grader.proxy import resp
from grader.proxy.recording import Sent
from grader.results import ClockStep, Command, Evidence, Frame, KeyState, StudentError
from grader.suites.lab import Lab

SHOWN_COMMANDS = 30
SHOWN_KEYS = 20
AROUND = 2  # lines of source above and below
SOURCE_BYTES = 1 << 20
LINE_CHARACTERS = 200
OUTPUT_CHARACTERS = 4000


def gather(lab: Lab, error: BaseException, submission: Path) -> Evidence:
    """The evidence of a check that ended with ``error``."""
    sent = [
        one
        for one in lab.stage.relay.recording().since(lab.evidence_from).sent
        if one.round_trip and (not lab.evidence_to or one.number <= lab.evidence_to)
    ]
    shown = sent[-SHOWN_COMMANDS:]
    left_out = len(sent) - len(shown)
    starts: dict[str, int] = {}  # each actor's first round trip: what was tried before isn't counted
    for one in sent:
        starts.setdefault(one.actor, one.round_trip)
    raised = error.raised if isinstance(error, StudentFault) else None
    fault = error if isinstance(error, StudentFault) else None
    return Evidence(
        call=fault.call if fault and fault.call else lab.last_call,
        commands=tuple(
            _show(number, one, starts[one.actor]) for number, one in enumerate(shown, left_out + 1)
        ),
        commands_left_out=left_out,
        clock=_clock(lab, shown, left_out),
        keys=_keys(lab),
        error=StudentError(raised.type, raised.message, add_source(raised.frames, submission))
        if raised
        else None,
        stack=add_source(fault.stack, submission) if fault else (),
        waiting_for=fault.waiting_for if fault else "",
        output=_output(lab),
        schedule=lab.schedule,
        crash=lab.crash,
    )


def _clock(lab: Lab, shown: list[Sent], left_out: int) -> tuple[ClockStep, ...]:
    """The clock's moves among the commands that are shown."""
    first = shown[0].number if shown else 0
    steps = [
        (sum(one.number <= after for one in shown), by) for after, by in lab.clock_steps if after >= first - 1
    ]
    kept = [(after, by) for after, by in steps if after or not shown]
    return tuple(ClockStep(left_out + after, round(by, 3)) for after, by in kept[:SHOWN_COMMANDS])


def _show(number: int, sent: Sent, start: int) -> Command:
    return Command(
        number,
        sent.actor,
        sent.round_trip - start + 1,
        resp.show_command(sent.command),
        resp.show_reply(sent.reply) if sent.answered else "",
        sent.reply_bytes,
        round(sent.at, 3),
    )


def _keys(lab: Lab) -> tuple[KeyState, ...]:
    # The server may be the very thing that is stuck, or full; then the keys say nothing anyway.
    kit = lab.stage.kit
    kit.trouble.calm(kit.admin, quick=bool(lab.stage.relay.waiting()))
    if kit.trouble.server_spoiled:
        return ()
    try:
        return tuple(lab.keys()[:SHOWN_KEYS])
    except FloodError:
        return ()


def _output(lab: Lab) -> str:
    parts = [bytes(actor.process.output).decode("utf-8", "replace") for actor in lab.stage.actors.values()]
    return "".join(parts)[:OUTPUT_CHARACTERS]


def add_source(frames: tuple[Frame, ...], submission: Path) -> tuple[Frame, ...]:
    """The frames with the lines around them, from the submission's own files."""
    return tuple(_with_source(frame, submission) for frame in frames)


@lru_cache(maxsize=16)  # it is asked for in most checks that fail, and nobody changes it meanwhile
def _read_lines(path: Path, submission: Path) -> list[str]:
    """A file of the submission; nothing where it is no such file, whatever a student's code calls it."""
    try:
        inside = path.resolve().is_relative_to(submission.resolve())
        if not inside or not path.is_file() or path.stat().st_size > SOURCE_BYTES:
            return []
        return path.read_text("utf-8", "replace").splitlines()
    except (OSError, ValueError):
        return []  # a name that no file can have


def _with_source(frame: Frame, submission: Path) -> Frame:
    lines = _read_lines(submission / frame.file, submission)
    if not lines:
        return frame
    first = max(1, frame.line - AROUND)
    around = tuple(line[:LINE_CHARACTERS] for line in lines[first - 1 : frame.line + AROUND])
    return Frame(frame.file, frame.line, frame.function, around, first)
