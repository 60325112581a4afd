"""What a run stands on: a server, a worker, a loop and a clock, made once; a stage for each check.

Theory of operation. Who waits for a run opens its rig, and with it the worker, which takes a while to get
ready; then it forks the process that grades, which has the rig in use from there on. So the first worker is
that process's sister: each of the two may end it, and the one that opened the rig does so in any case.
"""

import secrets
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from grader.admin import FORGET, Admin, ServerBusyError, ServerGoneError, ServerSilentError, connect
from grader.assignment import Bounds
from grader.clock import Clock
from grader.interleave.kit import Kit
from grader.interleave.stage import Stage
from grader.interleave.trouble import Ground as Blame
from grader.interleave.trouble import Trouble
from grader.loop import Loop
from grader.processor import Processor, claim
from grader.proxy import resp
from grader.proxy.relay import Relay, Times, Upstream, pass_all
from grader.sandbox.process import Process
from grader.sandbox.start import Ground, start_worker
from grader.sandbox.walls import Enclosure, Walls, WallsPlan, enclose, on_another_host
from grader.sandbox.worker import Worker, WorkerError
from grader.sandbox.workers import Workers
from grader.server import Server, open_server
from grader.settings import Settings
from grader.spent import Spent

WARM_UP = "warm-up"
REPLACEMENTS = 5  # of the worker in one run; of the server, each exercise's checks use up only a few
LOGIN_SECONDS = 5.0


@dataclass(frozen=True)
class Place:
    """The run's private folders, made and removed by who grades; ``sockets`` is seen by the worker."""

    folder: Path  # which holds all the others
    server: Path
    sockets: Path
    scratch: Path
    submission: Path


class Rig:
    """One submission's server and worker; both are replaced where a check has spoiled them."""

    def __init__(
        self, settings: Settings, place: Place, walls: Walls, processor: Processor, stack: ExitStack
    ) -> None:
        self._processor = processor
        self._settings = settings
        self._place = place
        self._replaced = 0
        self._programs: frozenset[str] = frozenset()  # the kinds of them that may lie on the server
        self.spent: Spent  # by the process that has it in use
        self.bounds: Bounds = settings.assignment.bounds
        self.loop = stack.enter_context(Loop())
        self.clock = stack.enter_context(closing(Clock(place.sockets / "clock")))
        self.walls = walls
        self._enclosure = self._enclose(walls)
        self.parted = False  # since the stage before: what was seen on it is void
        self.server: Server
        self._server_stack = ExitStack()
        self._worker_stack = stack.enter_context(ExitStack())
        self.workers = self._start_workers()

    def _enclose(self, walls: Walls) -> Enclosure:
        place = self._place
        return enclose(WallsPlan(walls, place.submission, place.sockets, place.scratch, self.bounds))

    @property
    def folder(self) -> Path:
        """The run's folder."""
        return self._place.folder

    @contextmanager
    def in_use(self) -> Iterator[None]:
        """Have it for this process, with a server; afterwards neither server nor worker is left."""
        self._processor.come()
        self.spent = Spent()
        with self._worker_stack, self._server_stack:
            self.server = self._open_server()
            self.wait_ready()
            yield

    def _open_server(self) -> Server:
        folder = self._place.server / secrets.token_hex(4)
        folder.mkdir(mode=0o700)
        choice = open_server(self._settings.server, folder, self.bounds, self._settings.image)
        server = self._server_stack.enter_context(choice)
        self.admin = self._server_stack.enter_context(Admin(server.address, server.admin))
        return server

    def _start_workers(self) -> Workers:
        return Workers(self._start_worker(self._enclosure))

    def _start_worker(self, enclosure: Enclosure) -> Worker:
        relay = Relay(self.loop, self._place.sockets, self._connect, Times(lambda: 0.0, lambda: 0))
        address = Path(relay.open(WARM_UP))
        ground = Ground(self._place.sockets, self._place.sockets / "clock", address)
        self._worker_stack.callback(relay.close_all)
        worker = start_worker(self.loop, enclosure, ground, self.bounds)
        self._worker_stack.callback(worker.close)
        self._warming = relay
        return worker

    def wait_ready(self) -> None:
        """Return when the worker is ready for its first actor."""
        self._warming.passes = pass_all
        try:
            self.workers.wait_ready()
        finally:
            self._warming.close_all()

    def _connect(self) -> Upstream:
        """A connection to Valkey as the student's user; its replies to the log-in are taken off."""
        sock = connect(self.server.address, LOGIN_SECONDS)
        login = self.server.student
        greeting = [(b"AUTH", login.user.encode(), login.password.encode()), (b"CLIENT", b"ID")]
        sock.sendall(b"".join(map(resp.encode, greeting)))
        parser = resp.Parser()
        replies: list[resp.Reply] = []
        while len(replies) < 2:  # noqa: PLR2004 - one for each command
            try:
                data = sock.recv(4096)
            except TimeoutError:
                raise ServerSilentError("Valkey doesn't let the student's user in: timed out") from None
            except OSError as error:
                raise ServerGoneError(f"Valkey doesn't let the student's user in: {error}") from None
            if not data:
                raise ServerGoneError("Valkey closed a connection of the student's user at its log-in.")
            replies += parser.feed(data)
        if isinstance(replies[1], resp.ReplyError) and str(replies[1]).startswith("BUSY "):
            sock.close()
            raise ServerBusyError
        return Upstream(sock, int(str(replies[1])))

    @contextmanager
    def stage(self, seed: int) -> Iterator[Stage]:
        """An empty database, a clock at 0 and nobody on the stage; afterwards nothing of it is left."""
        self._empty()
        times = Times(lambda: self.clock.seconds, self.clock.offset_ms)
        relay = Relay(self.loop, self._place.sockets, self._connect, times)
        self.clock.begin(self.admin, lambda: relay.watches_kept(self.admin))
        trouble = Trouble(self._blame(relay))
        stage = Stage(self._kit(relay, trouble), seed)
        kept: list[Process] = []
        try:
            yield stage
            kept = stage.spotless() if stage.over else []
        finally:
            quiet = len(kept) == len(stage.actors) and not relay.waiting()
            self._programs = relay.programs
            self._clear(relay, trouble, kept, quiet=quiet)
            self.parted = len(stage.actors) > 1 and self._part()

    def _kit(self, relay: Relay, trouble: Trouble) -> Kit:
        return Kit(
            self.loop,
            self.workers,
            relay,
            self.clock,
            self.admin,
            self.bounds,
            trouble,
            self._processor,
            self._inside,
        )

    def _blame(self, relay: Relay) -> Blame:
        return Blame(
            self.loop,
            self.workers,
            relay,
            self.bounds,
            self._enclosure.submission,
            self.server.address,
            self.server.admin,
            isolated=self.walls.isolated,
            spent=self.spent,
            ran_out_of_memory=self.server.ran_out_of_memory,
        )

    def _inside(self, path: str) -> str:
        return f"{self._enclosure.sockets}/{Path(path).name}"

    def _empty(self) -> None:
        self.admin.ask_all([("FLUSHALL", "SYNC"), *(FORGET[kind] for kind in sorted(self._programs))])

    def _clear(self, relay: Relay, trouble: Trouble, kept: list[Process], *, quiet: bool) -> None:
        """Leave nothing of a check's; ``quiet``: its processes are kept, no reply is owed."""
        try:
            # Where something may go on, or hasn't ended well, nothing is kept.
            if kept:
                self.workers.keep(kept)
            else:
                self.workers.end()
        except WorkerError:
            self._replaced += 1
            if self._replaced > REPLACEMENTS:
                raise
            self._worker_stack.close()
            relay.close_all()
            self.workers = self._start_workers()
            self.wait_ready()
        if self.admin.gone:
            trouble.ended_for_memory()
        if not quiet:
            trouble.calm(self.admin, quick=bool(relay.waiting()))
        relay.close_all()
        if trouble.server_spoiled:
            self._server_stack.close()
            self.server = self._open_server()

    def _part(self) -> bool:
        """Put actors behind walls of their own where files were made that all of them see; whether it did.

        Without walls nothing would part them.
        """
        if not self.walls.isolated or self.workers.apart or not self.workers.wrote():
            return False
        self.workers.add(self._start_worker(self._enclose(on_another_host(self.walls))))
        self.wait_ready()
        return True


@contextmanager
def open_rig(settings: Settings, place: Place, walls: Walls) -> Iterator[Rig]:
    """A rig, and a worker that is still getting ready behind these walls; closing leaves no process."""
    with ExitStack() as stack:
        processor = stack.enter_context(claim())
        rig = Rig(settings, place, walls, processor, stack)
        processor.leave()  # the worker stays
        yield rig
