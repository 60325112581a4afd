"""What a student's code sent and what came back: immutable facts, and pure functions that ask them."""

from dataclasses import dataclass
from typing import NamedTuple

from grader.proxy import resp

# What a connection or a script's first use needs. It doesn't count as a round trip and isn't scheduled.
SET_UP = frozenset({"HELLO", "AUTH", "CLIENT", "SELECT", "SCRIPT", "FUNCTION", "COMMAND"})


class Sent(NamedTuple):  # made twice for each command, and a dataclass takes four times as long to make
    """One command, in the order in which the server got them."""

    number: int  # from 1, over all actors
    actor: str
    link: int  # which of the actor's connections
    round_trip: int  # from 1, for each actor; 0 for set-up
    command: resp.Command
    at: float  # virtual seconds since the check began
    reply: resp.Reply = None
    answered: bool = False

    def with_reply(self, reply: resp.Reply) -> "Sent":
        """The same, answered."""
        return Sent(*self[:6], reply, True)

    @property
    def reply_bytes(self) -> int:
        """Bytes of payload that came back."""
        return resp.count_bytes(self.reply)

    @property
    def name(self) -> str:
        """The command's name in capitals."""
        return resp.name(self.command)


@dataclass(frozen=True)
class Recording:
    """A stretch of one check's traffic."""

    sent: tuple[Sent, ...] = ()

    def since(self, number: int) -> "Recording":
        """What was sent after the command of that number."""
        return Recording(tuple(one for one in self.sent if one.number > number))

    def of(self, actor: str) -> "Recording":
        """What one actor sent."""
        return Recording(tuple(one for one in self.sent if one.actor == actor))

    @property
    def last_number(self) -> int:
        """The newest command's number; 0 where there is none."""
        return max((one.number for one in self.sent), default=0)

    @property
    def round_trips(self) -> int:
        """How many round trips began, over all actors; set-up doesn't count."""
        return len({(one.actor, one.round_trip) for one in self.sent if one.round_trip})

    @property
    def names(self) -> tuple[str, ...]:
        """The commands' names, set-up left out."""
        return tuple(one.name for one in self.sent if one.round_trip)

    @property
    def reply_bytes(self) -> int:
        """Bytes of payload that came back."""
        return sum(one.reply_bytes for one in self.sent)

    @property
    def reply_items(self) -> int:
        """Strings and numbers that came back."""
        return sum(resp.count_items(one.reply) for one in self.sent if one.answered and one.round_trip)
