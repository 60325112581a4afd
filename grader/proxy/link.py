"""One connection of a student's client: holds its requests, passes them on, pairs them with the replies.

client ==requests==> held --release()--> Valkey
client <==========replies============== Valkey
"""

import socket
from collections import deque
from dataclasses import dataclass

from grader import sockets
from grader.admin import READ_BYTES
from grader.proxy import resp
from grader.proxy.recording import SET_UP, Sent

# After one of these, what comes from Valkey is no longer one reply for one command.
STREAMS = frozenset({"SUBSCRIBE", "PSUBSCRIBE", "SSUBSCRIBE"})
# Where each blocking command keeps its time-out: a place among its arguments, or a word that it follows.
_TIMEOUT_LAST = frozenset({"BLPOP", "BRPOP", "BLMOVE", "BRPOPLPUSH", "BZPOPMIN", "BZPOPMAX"})
_TIMEOUT_FIRST = frozenset({"BLMPOP", "BZMPOP"})
_TIMEOUT_BLOCK = frozenset({"XREAD", "XREADGROUP"})
_MILLISECONDS_LAST = frozenset({"WAIT", "WAITAOF"})  # for replicas that aren't there, or for a file
# These end what WATCH began.
_UNWATCHES = frozenset({"EXEC", "DISCARD", "UNWATCH", "RESET"})
ENDLESS_SECONDS = 1e9  # thirty years
BLOCKING = _TIMEOUT_LAST | _TIMEOUT_FIRST | _TIMEOUT_BLOCK | _MILLISECONDS_LAST


def blocking_seconds(command: resp.Command) -> float | None:
    """How long a command may block: None where it doesn't, infinity where it has no limit."""
    if (name := resp.name(command)) not in BLOCKING:
        return None
    try:
        if name in _TIMEOUT_LAST:
            seconds = float(command[-1])
        elif name in _TIMEOUT_FIRST:
            seconds = float(command[1])
        elif name in _TIMEOUT_BLOCK:
            words = [word.upper() for word in command]
            first = 4 if name == "XREADGROUP" else 1  # after the names of a group and of a consumer
            seconds = float(command[words.index(b"BLOCK", first) + 1]) / 1000
        else:
            seconds = float(command[-1]) / 1000
    except (ValueError, IndexError):
        return None
    if not seconds >= 0:
        return None  # NaN or negative: Valkey refuses it
    return seconds if 0 < seconds < ENDLESS_SECONDS else float("inf")


def unit_length(held: list[resp.Command]) -> int:
    """How many of the commands at the front the server does without letting anybody in between.

    Another client's command can come between those of a plain pipeline, but not into MULTI ... EXEC.
    """
    if resp.name(held[0]) != "MULTI":
        return 1
    ends = (n for n, command in enumerate(held, 1) if resp.name(command) in {"EXEC", "DISCARD"})
    return next(ends, len(held))


def is_set_up(command: resp.Command) -> bool:
    """True for what a connection, or a script's first use, needs."""
    return resp.name(command) in SET_UP


@dataclass
class Link:
    """A client's connection and its twin to Valkey."""

    actor: str
    number: int
    client: socket.socket
    upstream: socket.socket
    client_id: int  # the twin's number on the server

    def __post_init__(self) -> None:
        self._requests = resp.Parser()
        self._begun = 0  # bytes of a request that isn't whole yet
        self._replies = resp.Parser()
        self.held: list[resp.Command] = []
        self.flight: deque[Sent] = deque()
        self.streaming = False  # it subscribed: replies are no longer paired
        self.watched: tuple[bytes, ...] = ()  # keys of which it counts on it that they don't change
        self._in_transaction = False
        self._database = 0
        self.mid_batch = False  # part of what is held was released: the rest begins no new round trip

    @property
    def blocks_for(self) -> float | None:
        """How long the oldest command that isn't answered may block; None where it doesn't."""
        return blocking_seconds(self.flight[0].command)

    @property
    def watching(self) -> bool:
        """True while it counts on it that certain keys don't change."""
        return bool(self.watched)

    @property
    def can_watch_anew(self) -> bool:
        """True where it watches keys, and is between two commands."""
        return self.watching and not (self.flight or self.streaming or self._in_transaction)

    @property
    def partial(self) -> bool:
        """True while a request has begun and not ended."""
        return self._begun > 0

    def read_requests(self) -> tuple[bool, int]:
        """Take in what the client sent: False where it has closed, or doesn't speak RESP; and its size."""
        try:
            data = sockets.receive(self.client, READ_BYTES)
            whole = [resp.as_command(value) for value in self._requests.feed(data)]
        except (OSError, resp.MalformedError):
            return False, 0
        self.held += whole
        self._begun += len(data) - sum(len(resp.encode(command)) for command in whole)
        return bool(data), len(data)

    def pass_on(self, commands: list[resp.Command], sent: list[Sent]) -> None:
        """Send commands to Valkey; ``sent`` says how they are to be recorded, one for each."""
        for one in sent:
            self.streaming = self.streaming or one.name in STREAMS
            self._note_watch(one)
        self.flight.extend(sent)
        sockets.send_all(self.upstream, b"".join(map(resp.encode, commands)))

    def choose(self, command: resp.Command) -> int:
        """The database that the client has selected, once it has sent this command."""
        name = resp.name(command)
        if name == "RESET":
            self._database = 0
        elif name == "SELECT" and len(command) > 1 and command[1].isdigit():
            self._database = int(command[1])
        return self._database

    def _note_watch(self, sent: Sent) -> None:
        self._in_transaction = sent.name == "MULTI" or (self._in_transaction and sent.name not in _UNWATCHES)
        if sent.name == "WATCH":
            self.watched += sent.command[1:]
        elif sent.name in _UNWATCHES:
            self.watched = ()

    def watch_anew(self) -> None:
        """Forget what was changed so far; the client isn't told. Raises OSError where Valkey is silent."""
        self.upstream.sendall(resp.encode((b"UNWATCH",)) + resp.encode((b"WATCH", *self.watched)))
        replies = 0
        while replies < 2:  # noqa: PLR2004 - one for each
            data = self.upstream.recv(READ_BYTES)
            if not data:
                raise ConnectionError("Valkey closed a connection of the student's user")
            replies += sum(not isinstance(reply, resp.Push) for reply in self._replies.feed(data))

    def read_replies(self, *, deliver: bool) -> tuple[int, list[Sent], int]:
        """Take in what Valkey sent and hand it on; its size, 0 at its end, and the commands now answered.

        The last is how many strings and numbers came that are nobody's reply: a subscriber's, and all after.
        """
        data = sockets.receive(self.upstream, READ_BYTES)
        if not data:
            return 0, [], 0
        answered, unpaired = [], 0
        for reply in self._replies.feed(data):
            if isinstance(reply, resp.Push) or self.streaming or not self.flight:
                unpaired += resp.count_items(reply)
                continue
            answered.append(self.flight.popleft().with_reply(reply))
        if self.streaming:  # nobody can tell which reply is whose, but all were sent
            answered += self.flight
            self.flight.clear()
        if deliver:
            sockets.send_all(self.client, data)
        return len(data), answered, unpaired

    def close(self) -> None:
        """Close both ends."""
        self.client.close()
        self.upstream.close()
