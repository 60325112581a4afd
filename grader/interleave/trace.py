"""What happened on a stage, in order, kept as it comes and put into words only when it is asked for."""

from types import TracebackType
from typing import Any, Self

from grader.interleave.calls import Raised, show
from grader.interleave.stage import Stage
from grader.proxy import resp
from grader.proxy.recording import Sent
from grader.results import Step, StepKind

SHOWN_STEPS = 60
SHOWN_COMMANDS = 8  # of one batch
_ANSWERED = "answered"  # a callback, which had been held
_CHOSEN = frozenset({"sends", _ANSWERED})  # what the scheduler chooses among


class Trace:
    """Listens to a stage while it is open."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self.first_number = stage.relay.last_number  # commands with a higher number are this trace's
        self._events: list[tuple[str, str, Any, int]] = []

    def __enter__(self) -> Self:
        self._stage.watchers.append(self._hear)
        self._stage.observed += 1
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stage.watchers.remove(self._hear)
        self._stage.observed -= 1

    def _hear(self, actor: str, event: str, what: Any) -> None:
        self._events.append((actor, event, what, self._stage.relay.last_number))

    @property
    def seconds(self) -> float:
        """How far virtual time went on while somebody waited."""
        return float(sum(what for _, event, what, _ in self._events if event == "clock"))

    def steps(self, turning: int = -1) -> tuple[Step, ...]:
        """The steps, with replies; the one made by choice number ``turning`` is marked as wrong.

        A callback that is let go makes no step of its own: then it is what that actor does next.
        """
        sent = {one.number: one for one in self._stage.relay.recording().sent}
        steps = []
        moves, wrong_by = -1, ""
        for actor, event, what, number in self._events:
            if event in _CHOSEN:
                moves += 1
                wrong_by = actor if moves == turning else wrong_by
            if event == _ANSWERED:
                continue
            wrong = actor == wrong_by
            wrong_by = "" if wrong else wrong_by
            steps.append(_step(actor, StepKind(event), what, _batch(sent, number, event, what), wrong=wrong))
        return tuple(steps[:SHOWN_STEPS])


def _batch(sent: dict[int, Sent], number: int, event: str, what: Any) -> list[Sent]:
    if event != "sends":
        return []
    return [sent[n] for n in range(number + 1, number + 1 + len(what)) if n in sent]


def _step(actor: str, kind: StepKind, what: Any, batch: list[Sent], *, wrong: bool) -> Step:
    if kind is StepKind.SENDS:
        shown = [resp.show_command(command) for command in what[:SHOWN_COMMANDS]]
        replies = [resp.show_reply(s.reply) if s.answered else "" for s in batch[:SHOWN_COMMANDS]]
        return Step(actor, kind, "\n".join(shown), "\n".join(replies), wrong)
    if kind is StepKind.CLOCK:
        return Step(actor, kind, f"{what:g} s")
    if kind is StepKind.COMPUTES:
        return Step(actor, kind, f"{what.name}()" + (f", which takes {what.takes:g} s" if what.takes else ""))
    if kind is StepKind.DIES:
        return Step(actor, kind, "")
    if kind in {StepKind.RETURNS, StepKind.RAISES}:
        return Step(actor, kind, str(what) if isinstance(what, Raised) else show(what.value))
    return Step(actor, kind, str(what))
