"""One actor on the stage: its process, what it was asked, and what it is waiting for."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from grader.interleave.calls import Answer, Call, Compute, Raised, Returned
from grader.results import Frame
from grader.sandbox.inside import worker_wire as wire
from grader.sandbox.process import Order, Process

_ENCODER = wire.Encoder(64)


@dataclass
class Actor:
    """A client of the student's code, in a process of its own."""

    name: str
    process: Process
    order: Order
    frozen: bool = False
    dead: bool = False
    doing: str = ""  # the open request, as the student would write it
    began: float = 0.0  # real seconds: when it was asked
    used: float = 0.0  # processor seconds of its process by then
    answer: dict[str, Any] | None = None
    computes: dict[str, Compute] = field(default_factory=dict)  # what its callbacks give, by name
    served: set[int] = field(default_factory=set)  # callbacks that were answered, or will be
    asked: Counter[int] = field(default_factory=Counter)  # how often it sent what, in the open request

    @property
    def busy(self) -> bool:
        """True while a request is open and can still be answered."""
        return bool(self.doing) and self.answer is None and not self.dead

    @property
    def computed_seconds(self) -> float:
        """Processor time that the open request has used, when last looked at."""
        return self.process.threads.cpu_seconds - self.used

    def ask(self, what: dict[str, Any], doing: str, now: float) -> None:
        """Send the actor a request; one at a time."""
        if self.busy:
            raise RuntimeError(f"{self.name} is still in {self.doing}")
        self.doing, self.began, self.answer = doing, now, None
        self.used = self.process.threads.cpu_seconds
        self.asked.clear()
        self.process.ask(what)

    def asks_again(self, batch: tuple[tuple[bytes, ...], ...]) -> int:
        """How often it sent just this in the open request, this time included."""
        self.asked[hash(batch)] += 1
        return self.asked[hash(batch)]

    def encode(self, value: Any) -> Any:
        """An argument as the wire has it; callbacks are kept here by name."""
        match value:
            case Compute():
                self.computes[value.name] = value
                return wire.Encoder(1).encode(wire.Callback(value.name))
        return encode_argument(value)

    def encode_call(self, call: Call) -> tuple[list[Any], dict[str, Any]]:
        """A call's arguments as the wire has them."""
        return [self.encode(arg) for arg in call.args], {k: self.encode(v) for k, v in call.kwargs.items()}


def encode_argument(value: Any) -> Any:
    """A plain argument as the wire has it, and the two kinds that the worker makes itself."""
    kind = type(value).__name__
    if kind == "Iterate":
        return {"$callable": f"iterate:{_json(value.items)}"}
    if kind == "Unserializable":
        return {"$callable": "object"}
    return _ENCODER.encode(value)


def _text(value: object) -> str:
    # Python's strings may hold half a surrogate pair, which no UTF-8 file can.
    return str(value).encode("utf-8", "backslashreplace").decode()


def _json(items: tuple[Any, ...]) -> str:
    return wire.pack(list(items), 1 << 24)[wire.HEADER.size :].decode()


def read_answer(message: dict[str, Any]) -> Answer:
    """What came back, as data; raises wire.WireError for what no honest worker sends."""
    if "error" not in message:
        return Returned(wire.decode(message.get("value")))
    error = message["error"]
    try:
        return Raised(
            _text(error["type"]),
            _text(error["message"]),
            tuple(map(_text, error["bases"])),
            tuple(Frame(_text(file), int(line), _text(name)) for file, line, name in error["frames"]),
            _text(error.get("module", "")),
        )
    except (KeyError, TypeError, ValueError) as wrong:
        raise wire.WireError(f"an error that isn't one: {wrong}") from None
