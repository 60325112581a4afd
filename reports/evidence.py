"""What really happened in a check, as a view: error, stack, order, crash, commands, keys, output."""

from dataclasses import dataclass

from grader.results import Crash, Evidence, Frame, KeyState, Schedule, Step, StepKind, StudentError
from reports.catalogue import Catalogue
from reports.detail import Detail
from reports.trace import trace
from reports.view_evidence import (
    CrashView,
    Diagram,
    ErrorView,
    EvidenceView,
    FrameView,
    KeyView,
    SourceLine,
    StepView,
)
from reports.visible import block, line

_WHOLE = 10.0  # seconds; a time-to-live above is shown without its fraction
_COLUMNS = 4  # of a sequence diagram; actors beyond share the last


@dataclass(frozen=True)
class Drawing:
    """In which words, and how much of everything."""

    catalogue: Catalogue
    detail: Detail

    def line(self, text: str) -> str:
        """Untrusted text on one line, within bounds."""
        return line(text, self.detail.text)

    def said(self, text: str) -> str:
        """A sentence of the results in the page's language, as ``line``."""
        return self.line(self.catalogue.said(text))


def show(evidence: Evidence, drawing: Drawing, *, timed_out: bool) -> EvidenceView:
    """The evidence of one check; the last command is told apart where time ran out."""
    detail = drawing.detail
    commands = evidence.commands
    return EvidenceView(
        call=drawing.said(evidence.call),
        error=_error(evidence.error, drawing) if evidence.error else None,
        stack=tuple(_frame(frame, drawing) for frame in evidence.stack[-detail.frames :] if detail.frames),
        waiting=drawing.said(evidence.waiting_for),
        last_command=drawing.line(commands[-1].text) if timed_out and commands else "",
        diagram=_diagram(evidence.schedule, drawing) if evidence.schedule else None,
        crash=_crash(evidence.crash, drawing) if evidence.crash else None,
        trace=trace(evidence, drawing.catalogue, detail),
        # What a crash left is what the check ended with: said once.
        keys=() if evidence.crash and evidence.crash.left == evidence.keys else _keys(evidence.keys, drawing),
        output=_output(evidence.output, detail),
    )


def _output(output: str, detail: Detail) -> str:
    """The student's own output, within bounds of characters and lines."""
    lines = output.rstrip().split("\n")
    kept = "\n".join(lines[: detail.lines]) + ("\n…" if len(lines) > detail.lines else "")
    return block(kept, detail.output) if detail.output else ""


def _error(error: StudentError, drawing: Drawing) -> ErrorView:
    """The exception, the innermost places and the outermost one."""
    frames, limit = error.frames, drawing.detail.frames
    kept = frames if len(frames) <= limit else (*frames[:1], *frames[len(frames) - limit + 1 :])[:limit]
    hidden = len(frames) - len(kept)
    return ErrorView(
        type=line(error.type, 80),
        message=block(error.message, drawing.detail.text),
        frames=tuple(_frame(frame, drawing) for frame in kept),
        left_out=drawing.catalogue.count("evidence.frames", hidden) if hidden else "",
    )


def _frame(frame: Frame, drawing: Drawing) -> FrameView:
    """A place in the source, with as many lines around it as are wanted."""
    around = drawing.detail.source // 2
    numbered = [
        (number, text.rstrip().expandtabs(4))
        for number, text in enumerate(frame.source, frame.first_line)
        if abs(number - frame.line) <= around
    ]
    # What all lines are indented by says nothing, and takes room on a narrow screen.
    margin = min((len(text) - len(text.lstrip()) for _, text in numbered if text), default=0)
    lines = tuple(
        SourceLine(number, drawing.line(text[margin:]), number == frame.line) for number, text in numbered
    )
    place = drawing.catalogue.text(
        "evidence.place", file=line(frame.file, 80), line=frame.line, function=line(frame.function, 80)
    )
    return FrameView(place, lines)


def _keys(keys: tuple[KeyState, ...], drawing: Drawing) -> tuple[KeyView, ...]:
    """Keys and their time-to-live in words."""
    catalogue = drawing.catalogue
    return tuple(
        KeyView(
            drawing.line(state.key),
            line(state.type, 20),
            _left(state.ttl, catalogue),
            expires=state.ttl is not None,
        )
        for state in keys[: drawing.detail.keys]
    )


def _left(ttl: float | None, catalogue: Catalogue) -> str:
    """A time-to-live in words, in tenths of a second where those matter."""
    if ttl is None:
        return catalogue.text("evidence.no_expiry")
    return catalogue.count("duration.seconds", round(ttl) if ttl >= _WHOLE else round(ttl, 1))


def _crash(crash: Crash, drawing: Drawing) -> CrashView:
    """Where the process was killed and what it left."""
    key = "crash.after" if crash.after_command else "crash.before"
    return CrashView(
        drawing.catalogue.text(key, number=crash.after_command),
        drawing.line(crash.command),
        _keys(crash.left, drawing),
    )


def _diagram(schedule: Schedule, drawing: Drawing) -> Diagram:
    """The steps in the order of time, each in its actor's column; the last ones where there are too many."""
    catalogue = drawing.catalogue
    hidden = max(0, len(schedule.steps) - drawing.detail.steps)
    numbered = list(enumerate(schedule.steps, 1))[hidden:]
    several = len(schedule.actors) > 1
    return Diagram(
        heading=catalogue.text("schedule.heading" if several else "schedule.alone"),
        summary=catalogue.count("schedule.summary", schedule.explored)
        if several and schedule.explored
        else "",
        actors=tuple(line(actor, 12) for actor in schedule.actors[:_COLUMNS]),
        columns=min(len(schedule.actors), _COLUMNS),
        steps=tuple(_step(number, step, schedule.actors, drawing) for number, step in numbered),
        left_out=catalogue.count("schedule.left_out", hidden) if hidden else "",
        verdict=drawing.said(schedule.verdict),
    )


def _step(number: int, step: Step, actors: tuple[str, ...], drawing: Drawing) -> StepView:
    """One step in its column; the clock's own steps span all."""
    own = step.actor in actors and step.kind is not StepKind.CLOCK
    return StepView(
        number=number,
        actor=line(step.actor, 12) if own else "",
        column=min(actors.index(step.actor) + 1, _COLUMNS) if own else 0,
        kind=step.kind,
        words=drawing.catalogue.text(f"schedule.{step.kind}"),
        text=block(step.text, drawing.detail.text),
        reply=block(step.reply, drawing.detail.text),
        wrong=step.wrong,
    )
