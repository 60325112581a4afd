"""One actor on the stage: its process, what it was asked, and what it is waiting for."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from grader.interleave.calls import Answer, Call, Compute, Raised, Returned
from grader.results import Frame
from grader.sandbox.inside import worker_wire as wire
from grader.sandbox.process import Order, Process

_ENCODER = wire.Encoder(64)

# The worker keeps to these itself; who writes to its sockets by hand does not.
MESSAGE_CHARACTERS = 2_000
POLLS = 30  # times that a request sends the same, after which it only waits for something
MOST_BASES = 50  # classes that an exception is derived from
MOST_FRAMES = 30  # of a traceback
MOST_LINES = 10_000_000  # of a module


@dataclass
class Actor:
    """A client of the student's code, in a process of its own."""

    name: str
    process: Process
    order: Order
    frozen: bool = False
    dead: bool = False
    request: Call | str = ""  # the open one, or the last whose answer isn't taken: put into words when shown
    began: float = 0.0  # real seconds: when it was asked
    used: float = 0.0  # processor seconds of its process by then
    answer: dict[str, Any] | None = None
    computes: dict[str, Compute] = field(default_factory=dict)  # what its callbacks give, by name
    served: set[int] = field(default_factory=set)  # callbacks that were answered, or will be
    asked: Counter[int] = field(default_factory=Counter)  # how often it sent what, in the open request
    threads: int = 0  # of the last request that was made in several

    @property
    def busy(self) -> bool:
        """True while a request is open and can still be answered."""
        return bool(self.request) and self.answer is None and not self.dead

    @property
    def idle(self) -> bool:
        """True where nothing was asked of it whose answer isn't taken yet."""
        return not self.request

    @property
    def doing(self) -> str:
        """What was asked of it, as the student would write it."""
        return str(self.request)

    @property
    def computed_seconds(self) -> float:
        """Processor time that the open request has used, when last looked at."""
        return self.process.threads.cpu_seconds - self.used

    def ask(self, what: dict[str, Any], doing: Call | str, now: float) -> None:
        """Send the actor a request; one at a time."""
        if self.busy:
            raise RuntimeError(f"{self.name} is still in {self.doing}")
        self.request, self.began, self.answer = doing, now, None
        self.used = self.process.threads.cpu_seconds
        self.asked.clear()
        self.process.ask(what)

    def asks_again(self, batch: tuple[tuple[bytes, ...], ...]) -> bool:
        """Count that it sends just this in the open request; whether it does so again and again."""
        self.asked[hash(batch)] += 1
        return self.polls(batch)

    def polls(self, batch: tuple[tuple[bytes, ...], ...]) -> bool:
        """Whether it has sent just this again and again in the open request."""
        return self.asked[hash(batch)] > POLLS

    def encode(self, value: Any) -> Any:
        """An argument as the wire has it; callbacks are kept here by name."""
        match value:
            case Compute():
                self.computes[value.name] = value
                kind = "" if value.has_name else wire.NAMELESS
                return wire.Encoder(1).encode(wire.Callback(f"{kind}{value.name}"))
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
        return {"$callable": value.shown}
    return _ENCODER.encode(value)


def _text(value: object) -> str:
    if type(value) is not str:
        raise TypeError("no text where there must be one")
    return wire.printable(value[:MESSAGE_CHARACTERS])


def _json(items: tuple[Any, ...]) -> str:
    return wire.pack(list(items), 1 << 24)[wire.HEADER.size :].decode()


def _frame(file: object, line: object, name: object) -> Frame:
    if type(line) is not int or not 0 <= line <= MOST_LINES:
        raise TypeError("no number of a line")
    return Frame(_text(file), line, _text(name))


def read_answer(message: object) -> Answer:
    """What came back, as data; raises wire.WireError for what no honest worker sends."""
    if not isinstance(message, dict):
        raise wire.WireError("not an answer")
    if "error" in message:
        return _read_error(message["error"])
    try:
        return Returned(wire.decode(message.get("value")))
    except RecursionError:
        raise wire.WireError("nested too deep") from None


def _read_error(error: Any) -> Raised:
    try:
        return Raised(
            _text(error["type"]),
            _text(error["message"]),
            tuple(map(_text, error["bases"][:MOST_BASES])),
            tuple(_frame(*frame) for frame in error["frames"][:MOST_FRAMES]),
            _text(error.get("module", "")),
        )
    except (AttributeError, KeyError, TypeError, ValueError) as wrong:
        raise wire.WireError(f"an error that isn't one: {wrong}") from None
