"""What an actor is asked to do, and what became of it, as data."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from grader.results import Frame, Outcome
from grader.sandbox.inside.worker_wire import Callback

SHOWN_CHARACTERS = 300  # of a value in a call as it is shown


@dataclass(frozen=True)
class Compute:
    """A function of the check's that the student's code may call: what it gives, and how long it takes."""

    value: Any = None
    takes: float = 0.0  # virtual seconds
    raises: tuple[str, str] | None = None  # an exception of Python, redis-py or ours, and its message
    name: str = "compute"
    has_name: bool = True  # for the student's code: a functools.partial has none


@dataclass(frozen=True)
class Iterate:
    """An argument that reaches the student's code as a generator over ``items``."""

    items: tuple[Any, ...]


@dataclass(frozen=True)
class Unserializable:
    """An argument that JSON refuses, made where the student's code is; ``shown`` is how Python writes it."""

    shown: Literal["object()", "Record(x=1)", "datetime.datetime(2026, 1, 2, 3, 4)"] = "object()"

    def __repr__(self) -> str:
        return self.shown


@dataclass(frozen=True)
class Answered:
    """An argument in a scenario: whatever another call of the scenario returned, such as a token."""

    call: "Call"  # that very object, which comes earlier


@dataclass(frozen=True)
class Call:
    """One call of a method of the student's object."""

    method: str
    args: tuple[Any, ...] = ()
    kwargs: Mapping[str, Any] = field(default_factory=dict)
    on: str = "it"  # the object's name

    @cached_property
    def _shown(self) -> str:
        parts = [show(arg) for arg in self.args] + [
            f"{key}={show(value)}" for key, value in self.kwargs.items()
        ]
        return f"{self.on}.{self.method}({', '.join(parts)})"

    def __str__(self) -> str:
        return self._shown


def show(value: Any) -> str:
    """A value as Python source would have it, bounded."""
    match value:
        case Compute() | Callback():
            return value.name
        case Answered():
            return str(value.call)
        case Iterate():
            return f"iter({show(list(value.items))})"
    try:
        text = _repr(value)
    except ValueError:  # Python writes no number of more than 4,300 digits
        return f"<{type(value).__name__} with a number of thousands of digits>"
    return text if len(text) <= SHOWN_CHARACTERS else f"{text[:SHOWN_CHARACTERS]}..."


def _repr(value: Any) -> str:
    if isinstance(value, set | frozenset) and value:
        # A set's own order differs from run to run.
        return f"{{{', '.join(sorted(map(repr, value)))}}}"
    return repr(value)


@dataclass(frozen=True)
class Raised:
    """An exception that came out of the student's code."""

    type: str
    message: str
    bases: tuple[str, ...] = ()  # the built-in classes it is an instance of, by identity
    frames: tuple[Frame, ...] = ()
    module: str = "builtins"

    def __str__(self) -> str:
        return f"{self.type}: {self.message}" if self.message else self.type


@dataclass(frozen=True)
class Returned:
    """A value that came back."""

    value: Any

    def __str__(self) -> str:
        return show(self.value)


Answer = Returned | Raised


class StudentFault(Exception):  # noqa: N818 - it is an outcome, not an error of ours
    """The student's code can't go on: why, in a sentence, and what counts as the check's outcome."""

    def __init__(self, outcome: Outcome, message: str, *, call: str = "", hint: str = "") -> None:
        super().__init__(message)
        self.outcome = outcome
        self.message = message
        self.call = call
        self.hint = hint
        self.raised: Raised | None = None
        self.stack: tuple[Frame, ...] = ()
        self.waiting_for = ""


def fault_of(raised: Raised, doing: str) -> StudentFault:
    """An exception where the contract has none."""
    if raised.type == "NotImplementedError":
        message = f"{doing} is not written yet: it raised NotImplementedError."
    else:
        message = f"{doing} raised {raised}"
    fault = StudentFault(Outcome.ERRORED, message, call=doing)
    fault.raised = raised
    return fault


def shown_calls(calls: Sequence[Call]) -> str:
    """Several calls in one line."""
    return ", ".join(map(str, calls))
