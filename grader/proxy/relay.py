"""The proxy's sockets: an address for each actor, a twin connection to Valkey for each of its own.

Theory of operation. Each actor gets a listening unix socket. What its connections send is held until
somebody calls ``release``; set-up (HELLO, SCRIPT LOAD ...) goes straight through. Replies are recorded and
handed on as they come. Nothing here decides when or in which order: that is the stage's part.

    actor A's client(s) == A.sock ==> Link, held | release => Valkey
    actor B's client(s) == B.sock ==> Link, held | release => Valkey
"""

import socket
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from grader.admin import Admin, ServerBusyError
from grader.errors import FloodError
from grader.loop import Loop
from grader.proxy import resp
from grader.proxy.link import Link, is_set_up
from grader.proxy.recording import Recording, Sent
from grader.proxy.server_time import ServerTime
from grader.proxy.watches import kept

# How long Valkey or a client may refuse to take what it is sent, before its connection is closed.
SEND_SECONDS = 2.0
CONNECTIONS = 128  # of one actor: a client serves at most 50 threads
SINGLE_BYTES = 4096  # redis-py sends whatever is longer than 6000 bytes in parts
SENT_COMMANDS = 200_000  # recorded in one check: more is a flood
# All that goes either way in one check is kept until its end. The largest honest check moves a few MiB.
TRAFFIC_MIB = 256
# Of all actors: select() takes descriptors below 1024, and each connection has two.
ALL_CONNECTIONS = 384


@dataclass(frozen=True)
class Upstream:
    """A logged-in connection to Valkey for one link."""

    socket: socket.socket
    client_id: int


@dataclass(frozen=True)
class Times:
    """What the relay asks the clock."""

    now: Callable[[], float]  # virtual seconds since the check began
    offset_ms: Callable[[], int]  # how far virtual time is ahead of Valkey's


Passes = Callable[[Link], bool]  # whether what a link holds needs nobody's release
Stirs = Callable[[str], None]  # told the name of an actor who sent something, or gets something


def hold_all(_: Link) -> bool:
    """As long as somebody chooses the order."""
    return False


def pass_all(_: Link) -> bool:
    """Where neither the order nor the round trips matter."""
    return True


def pass_single(link: Link) -> bool:
    """What is surely whole: a batch of several commands, or a large one, may come in parts."""
    return len(link.held) == 1 and len(resp.encode(link.held[0])) <= SINGLE_BYTES


def _ignore(_: str) -> None:
    """Where nobody looks whether an actor is at rest."""


def _gives_none() -> bool:
    """Where nobody can tell who is waiting for a turn."""
    return False


class Relay:
    """All connections of one check's actors."""

    def __init__(self, loop: Loop, folder: Path, connect: Callable[[], Upstream], times: Times) -> None:
        self._loop = loop
        self._folder = folder
        self._connect = connect
        self._times = times
        self._server_time = ServerTime()
        self._listeners: dict[str, socket.socket] = {}
        self._links: list[Link] = []
        self._answered: dict[int, Sent] = {}
        self._numbers = 0
        self._bytes = 0
        self._flooded = False
        self._round_trips: dict[str, int] = {}
        self._muted: set[str] = set()
        self.unpaired = 0  # strings and numbers that came to anybody as no command's reply
        self.passes: Passes = hold_all
        self.stirs: Stirs = _ignore
        self.gives_turn: Callable[[], bool] = _gives_none  # to the others, and says whether it has done so

    def open(self, actor: str) -> str:
        """Give an actor its address: the path of a unix socket."""
        path = self._folder / f"{actor}.sock"
        listener = socket.socket(socket.AF_UNIX)
        try:
            listener.bind(str(path))
        except OSError:
            listener.close()
            raise
        path.chmod(0o666)  # the worker runs as another user; the folder above keeps everybody else out
        listener.listen(CONNECTIONS)
        self._listeners[actor] = listener
        self._loop.watch(listener, lambda: self._accept(actor, listener))
        return str(path)

    def _accept(self, actor: str, listener: socket.socket) -> None:
        client, _ = listener.accept()
        self.stirs(actor)
        mine = [link.number for link in self.links(actor)]
        if len(mine) >= CONNECTIONS or len(self._links) >= ALL_CONNECTIONS:
            client.close()
            return
        client.settimeout(SEND_SECONDS)
        try:
            upstream = self._connect()
        except ServerBusyError:
            client.close()
            return
        upstream.socket.settimeout(SEND_SECONDS)
        link = Link(actor, max(mine, default=0) + 1, client, upstream.socket, upstream.client_id)
        self._links.append(link)
        self._loop.watch(client, lambda: self._read_requests(link))
        self._loop.watch(upstream.socket, lambda: self._read_replies(link))

    def _read_requests(self, link: Link) -> None:
        self.stirs(link.actor)
        alive, size = link.read_requests()
        self._count(size)
        if not alive or self._flooded:
            self._close(link)
        elif link.held and not link.partial and (self.passes(link) or all(map(is_set_up, link.held))):
            self.release(link)
            if self.gives_turn():  # Valkey may have answered by then: to wait for it would take longer
                self._read_replies(link)

    def _read_replies(self, link: Link) -> None:
        self.stirs(link.actor)
        try:
            size, answered, unpaired = link.read_replies(deliver=link.actor not in self._muted)
        except BlockingIOError:
            return  # nothing is there yet
        except (OSError, resp.MalformedError):
            size, answered, unpaired = 0, [], 0
        self.unpaired += unpaired
        self._count(size)
        for sent in answered:
            self._answered[sent.number] = sent
        if not size or self._flooded:
            self._close(link)

    def _count(self, size: int) -> None:
        self._bytes += size
        if self._bytes > TRAFFIC_MIB << 20:
            self._stop(f"more than {TRAFFIC_MIB} MiB of commands and replies")

    def _stop(self, what: str) -> None:
        """Say so once; after that connections are closed as they are heard of."""
        if not self._flooded:
            self._flooded = True
            raise FloodError(what)

    def _close(self, link: Link) -> None:
        if link in self._links:
            self._links.remove(link)
            self.stirs(link.actor)
            for sent in link.flight:
                self._answered[sent.number] = sent
            self._loop.forget(link.client)
            self._loop.forget(link.upstream)
            link.close()

    def links(self, actor: str) -> list[Link]:
        """An actor's open connections, oldest first."""
        return [link for link in self._links if link.actor == actor]

    def held(self) -> list[Link]:
        """The connections that wait to be released."""
        return [link for link in self._links if link.held and not link.partial]

    def waiting(self) -> list[Link]:
        """The connections whose commands Valkey hasn't answered yet."""
        return [link for link in self._links if link.flight]

    @property
    def streaming(self) -> bool:
        """True while somebody is subscribed."""
        return any(link.streaming for link in self._links)

    @property
    def programs(self) -> frozenset[str]:
        """What may lie on the server: ``scripts``, ``functions``."""
        return frozenset(self._server_time.programs)

    def is_plain(self, actor: str) -> bool:
        """True where nobody is held, blocked or subscribed, and the actor has one connection at most."""
        mine = 0
        for link in self._links:
            if link.streaming or (link.held and not link.partial):
                return False
            if link.flight and link.blocks_for is not None:
                return False
            mine += link.actor == actor
        return mine <= 1

    def release(self, link: Link, count: int | None = None) -> None:
        """Let a connection's held commands through, or the first ``count`` of them; the rest stays held."""
        commands = link.held[:count]
        link.held = link.held[len(commands) :]
        counts = not all(map(is_set_up, commands))
        if counts and not link.mid_batch:
            self._round_trips[link.actor] = self.round_trips(link.actor) + 1
        link.mid_batch = bool(link.held)
        sent = [self._record(link, command, counts=counts) for command in commands]
        offset = self._times.offset_ms()
        try:
            rewrite, choose = self._server_time.rewrite, link.choose
            link.pass_on([rewrite(command, offset, choose(command)) for command in commands], sent)
        except OSError:
            self._close(link)

    def round_trips(self, actor: str) -> int:
        """How many an actor has made so far."""
        return self._round_trips.get(actor, 0)

    def _record(self, link: Link, command: resp.Command, *, counts: bool) -> Sent:
        self._numbers += 1
        if self._numbers > SENT_COMMANDS:
            self._stop("a flood of commands")
        round_trip = self._round_trips[link.actor] if counts and not is_set_up(command) else 0
        return Sent(self._numbers, link.actor, link.number, round_trip, command, self._times.now())

    def mute(self, actor: str) -> None:
        """Hand no more replies to an actor that is about to be killed."""
        self._muted.add(actor)

    def is_muted(self, actor: str) -> bool:
        """True where an actor gets no more replies."""
        return actor in self._muted

    def close(self, actor: str) -> None:
        """Take an actor's address and connections away."""
        listener = self._listeners.pop(actor, None)
        if listener is not None:
            self._loop.forget(listener)
            listener.close()
            (self._folder / f"{actor}.sock").unlink(missing_ok=True)
        for link in self.links(actor):
            self._close(link)

    def close_all(self) -> None:
        """Take every actor's address and connections away."""
        for actor in list(self._listeners):
            self.close(actor)
        for link in list(self._links):
            self._close(link)
        resp.encode.cache_clear()  # of commands that may be large

    def watches_kept(self, admin: Admin) -> AbstractContextManager[None]:
        """What moves the server's expiries, and has nobody's EXEC fail for it."""
        return kept(self._links, admin)

    @property
    def last_number(self) -> int:
        """The number of the newest command."""
        return self._numbers

    def recording(self) -> Recording:
        """Everything that was sent so far, in order; what has no reply yet is not answered."""
        flying = {sent.number: sent for link in self._links for sent in link.flight}
        everything = {**self._answered, **flying}
        return Recording(tuple(everything[number] for number in sorted(everything)))
