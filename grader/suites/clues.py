"""Picks a hint by what was seen in a race that went wrong, so that it names the mistake at hand."""

from collections.abc import Callable
from dataclasses import dataclass

from grader.interleave.calls import Raised
from grader.interleave.explorer import Ending
from grader.proxy.recording import Recording
from grader.results import Step, StepKind
from grader.suites.advice import advice

GAVE_UP = (
    "EXEC gave (nil): a watched key had changed, so nothing was done. Read again and try again, until EXEC"
    " goes through."
)
NO_ERROR = "What another caller has changed meanwhile is no error: the call goes on with what is there."
ONE_AFTER_THE_OTHER = (
    "Here one call followed the other: either it goes wrong without a race too, or the second process does"
    " not see what the first has stored."
)
LOCKED_OUT_NOBODY = (
    "A lock holds off only those who take the same one: whatever changes a key takes the lock of that key,"
    " and what changes two keys takes two."
)


@dataclass(frozen=True)
class Lost:
    """A race that went wrong: its steps, what was sent in it, and how it ended."""

    steps: tuple[Step, ...]
    recording: Recording
    ending: Ending
    verdict: str = ""  # what the judge says
    seconds: float = 0.0  # how far virtual time went on in it

    @property
    def calls(self) -> dict[str, str]:
        """The method that each actor called."""
        begun = (step for step in self.steps if step.kind is StepKind.CALLS)
        return {step.actor: step.text.partition("(")[0].rpartition(".")[2] for step in begun}

    @property
    def raised(self) -> list[Raised]:
        """The exceptions that came out of it."""
        return [one for one in (*self.ending.answers, *self.ending.look) if isinstance(one, Raised)]

    @property
    def gave_up(self) -> bool:
        """Whether somebody's last transaction was refused, because a watched key had changed."""
        last = {one.actor: one.reply for one in self.recording.sent if one.name == "EXEC" and one.answered}
        return None in last.values()

    @property
    def torn(self) -> set[str]:
        """The actors between whose steps another's came; what was refused or tried in vain is no step."""
        order = [step.actor for step in self.steps if step.kind is StepKind.SENDS and not _in_vain(step)]
        return {one for one in order if set(order[order.index(one) : _last(order, one)]) != {one}}

    @property
    def locks(self) -> dict[str, set[str]]:
        """The keys that each actor locked, by ``SET key token NX``."""
        found: dict[str, set[str]] = {actor: set() for actor in self.calls}
        for step in self.steps:
            if step.kind is StepKind.SENDS and _is_lock(step) and not _in_vain(step):
                found[step.actor].add(step.text.split()[1])
        return found


Pick = Callable[[Lost], str | tuple[str, str]]  # a hint, or a sharper sentence and a hint


def pick(hint: str, about: str = "", alone: str = ONE_AFTER_THE_OTHER) -> Pick:
    """``hint`` is about the steps of the method ``about``; what is seen may call for another one.

    ``alone`` is for a race in which nothing came between the steps of a call.
    """

    def picked(lost: Lost) -> str:
        # Where callers race for a lock, what it should have held together says more than that it is lost.
        errors = [advice(one) for one in lost.raised if "Lock" not in one.type]
        if any(errors):
            return next(filter(None, errors))
        if lost.gave_up:
            return GAVE_UP
        if lost.raised:
            return hint if "Lock" in lost.raised[0].type else NO_ERROR
        if not lost.torn:
            return alone
        if _locked_out_nobody(lost):
            return LOCKED_OUT_NOBODY
        methods = {lost.calls[actor] for actor in lost.torn}
        return hint if len(methods) > 1 or methods == {about} else _torn(*methods)

    return picked


def _torn(method: str) -> str:
    return (
        f"Here {method} did its work in several steps, and the other call came between them:"
        " one step must do it all."
    )


def _locked_out_nobody(lost: Lost) -> bool:
    """Whether those who were torn held locks that somebody did not take."""
    locks = lost.locks
    mine = set().union(*(locks[actor] for actor in lost.torn))
    others = [locks[actor] for actor in lost.calls if actor not in lost.torn]
    return bool(mine) and not all(mine & one for one in others)


def _is_lock(step: Step) -> bool:
    return step.text.startswith("SET ") and " NX" in step.text


def _in_vain(step: Step) -> bool:
    """A lock that somebody else held, or a transaction that was refused."""
    refused = step.reply.rpartition("\n")[2] == "(nil)"
    return refused and (_is_lock(step) or step.text.endswith("EXEC"))


def _last(order: list[str], actor: str) -> int:
    return len(order) - order[::-1].index(actor)
