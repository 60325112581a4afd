"""An actor's process as the grader holds it: what came from it, and what it may be sent.

All that comes from it is read by the loop and kept as plain data: answers, asks (timed waits and callbacks),
output, stacks. Whoever drives the loop looks at them; nothing here waits.
"""

import secrets
from dataclasses import dataclass, field
from typing import Any

from grader.sandbox.channel import Channel
from grader.sandbox.inside import worker_wire as wire
from grader.sandbox.threads import OWN_THREADS, Threads

MOST_ANSWERS = 10  # that nobody has looked at yet; one is asked for
MOST_ASKS = 1000  # open ones of a process, which may have some fifty threads
STACK_BYTES = 64 * 1024


@dataclass(frozen=True)
class Order:
    """What a new actor's process is told."""

    valkey: str  # its address
    seed: int  # of what random gives
    secret: int  # of what os.urandom gives
    monotonic: int  # where its clocks begin, in nanoseconds
    wall: int


@dataclass(frozen=True)
class Ask:
    """Something a process waits for: a moment, a callback's reply, or a gate."""

    number: int
    until: int = -1  # virtual nanoseconds; -1: not a timed wait
    callback: str = ""
    gate: int = -1


@dataclass
class Process:
    """One actor's process: what came from it, and what it may be sent."""

    pid: int  # inside the walls
    calls: Channel
    side: Channel
    threads: Threads
    output_limit: int
    answers: list[dict[str, Any]] = field(default_factory=list)
    asks: dict[int, Ask] = field(default_factory=dict)
    output: bytearray = field(default_factory=bytearray)
    stack: bytearray = field(default_factory=bytearray)
    output_bytes: int = 0
    misbehaved: str = ""  # a sentence: what it sent that no honest worker sends
    request: str = ""  # the open request's id
    ended: tuple[int | None, int] = (None, 0)  # exit status and peak KiB, once it is known to have ended

    @property
    def gone(self) -> bool:
        """True where the process has ended."""
        return self.calls.closed

    @property
    def told(self) -> bool:
        """True where something is to be taken in: an answer, its end, or what it shouldn't have sent."""
        return bool(self.answers or self.calls.closed or self.misbehaved)

    @property
    def spotless(self) -> bool:
        """True where nothing of the last actor can be left in it: it may be another one's process."""
        quiet = self.threads.known and self.threads.look() and self.threads.count <= OWN_THREADS
        return quiet and not (self.gone or self.misbehaved or self.answers or self.asks or self.request)

    def renew(self) -> None:
        """Forget what came from it."""
        self.output.clear()
        self.stack.clear()
        self.output_bytes = 0

    def ask(self, what: dict[str, Any]) -> None:
        """Send a request; its answer will be the only one that counts."""
        self.request = secrets.token_hex(8)
        self.threads.stir()
        self.calls.send({"id": self.request, **what})

    def answer(self) -> dict[str, Any] | None:
        """The open request's answer, once it is there; anything else that came is misbehaviour."""
        while self.answers:
            message = self.answers.pop(0)
            if message.get("id") != self.request or not self.request:
                self.misbehaved = self.misbehaved or "It answered more often than it was asked."
                continue
            self.request = ""
            return message
        return None

    def wake(self, number: int) -> None:
        """End a timed wait."""
        self.asks.pop(number, None)
        self.threads.stir(side=True)
        self.side.send({"to": number})

    def reply(self, number: int, reply: object) -> None:
        """Answer a callback, or open a gate."""
        self.asks.pop(number, None)
        self.threads.stir(side=True)
        self.side.send({"to": number, "reply": reply})

    def read_calls(self) -> None:
        """Take in what came as answers."""
        self.threads.stir()
        for message in self._receive(self.calls):
            if not isinstance(message, dict) or not isinstance(message.get("id"), str):
                self.misbehaved = "It sent an answer that isn't one."
            elif len(self.answers) > MOST_ANSWERS:
                self.misbehaved = "It answered more often than it was asked."
            else:
                self.answers.append(message)

    def read_side(self) -> None:
        """Take in what came as asks."""
        self.threads.stir()
        for message in self._receive(self.side):
            try:
                self._take_ask(message)
            except (KeyError, TypeError, ValueError):
                self.misbehaved = "It sent a question that isn't one."

    def _receive(self, channel: Channel) -> list[Any]:
        try:
            return channel.receive()
        except wire.WireError as error:
            self.misbehaved = f"It sent {error}."
            channel.closed = True
            return []

    def _take_ask(self, message: dict[str, Any]) -> None:
        if "ask" in message:
            ask = Ask(
                _whole(message["ask"]),
                _whole(message.get("until", -1)),
                str(message.get("callback", "")),
                _whole(message.get("gate", -1)),
            )
            self.asks[ask.number] = ask
            self.threads.listens = self.threads.listens or message.get("alone") is not True
            if len(self.asks) > MOST_ASKS:
                raise ValueError("a flood of questions")
        elif "cancel" in message:
            self.asks.pop(_whole(message["cancel"]), None)
        elif "hello" in message and not self.threads.known:
            self.threads.close()
            self.threads = Threads(self.side.sender)

    def keep_output(self, data: bytes) -> None:
        """Keep the student's output up to the bound, and count the rest."""
        self.threads.stir()
        self.output_bytes += len(data)
        self.output += data[: max(0, self.output_limit - len(self.output))]

    def keep_stack(self, data: bytes) -> None:
        """Keep what it says of where its threads are, up to a bound."""
        self.stack += data[: max(0, STACK_BYTES - len(self.stack))]


def _whole(value: object) -> int:
    # JSON has numbers such as 1e999, of which int() makes no whole one.
    if type(value) is not int:
        raise TypeError("not a whole number")
    return value
