"""What goes wrong with a student's process or their use of Valkey, told as their fault in a sentence."""

import re
import signal
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from grader.admin import Admin, ServerBusyError, ServerGoneError, ServerSilentError
from grader.assignment import Bounds
from grader.errors import FloodError
from grader.interleave.actor import Actor
from grader.interleave.calls import StudentFault
from grader.loop import Loop
from grader.proxy import resp
from grader.proxy.relay import Relay
from grader.results import Frame, Outcome
from grader.sandbox.worker import WorkerError
from grader.sandbox.workers import Workers
from grader.server.address import Address, Login
from grader.server.config import most_bytes
from grader.spent import Spent

Actors = Mapping[str, Actor]  # of a stage, by name

TOGETHER = 3  # times one process's memory is what all of them may hold
MEMORY_SECONDS = 0.1  # from one look at the memory of all processes to the next
SHORT = 0.5  # of a submission's time: once so much is used, races try few orders, and no check is left out
STACK_SECONDS = 0.5  # for a process that hangs to write where
STACK_PAUSE_SECONDS = 0.02  # without more of it, after which it is whole; a busy machine writes it in bits
# Bounded, for a student's code can write there too.
_STACK_LINE = re.compile(
    r'File "(?P<file>[^"\0\n]{1,1000})", line (?P<line>[0-9]{1,7}) in (?P<function>\S{1,200})'
)


@dataclass(frozen=True)
class Ground:
    """What has to be known to say whose fault something is."""

    loop: Loop
    workers: Workers
    relay: Relay
    bounds: Bounds
    submission: str  # its folder as the worker sees it
    address: Address
    login: Login  # the grader's own
    isolated: bool  # then no student's code can end the worker's first process
    spent: Spent  # by the whole submission
    ran_out_of_memory: Callable[[], bool]  # whether the server did, and ended


def _name_signal(number: int) -> str:
    names = {member.value: member.name for member in signal.Signals}
    return names.get(number, f"signal {number}")  # most real-time signals have no name


def _doing(actors: Actors, otherwise: str = "") -> str:
    """The call that somebody is in."""
    return next((actor.doing for actor in actors.values() if actor.busy), otherwise)


class Trouble:
    """Turns what happened into a StudentFault; remembers whether the server has to be replaced."""

    def __init__(self, ground: Ground) -> None:
        self._loop = ground.loop
        self._workers = ground.workers
        self._relay = ground.relay
        self._bounds = ground.bounds
        self._submission = ground.submission
        self._isolated = ground.isolated
        self._spent = ground.spent
        self._ran_out_of_memory = ground.ran_out_of_memory
        self.address = ground.address
        self.login = ground.login
        self._stuck: tuple[int, float] = (0, 0.0)  # the command that Valkey hasn't answered, and since when
        self._weighed = time.monotonic()
        self.server_spoiled = False
        self.memory_used_up = False  # the server's: it has ended
        self.script_killed = False

    def died(self, actor: Actor) -> StudentFault:
        """Its process ended in the middle of a call."""
        actor.dead = True
        try:
            self._workers.end()
        except WorkerError:
            if self._isolated:
                raise  # the first process is gone as well, which is no student's doing
        status, peak = actor.process.ended
        return StudentFault(Outcome.ERRORED, self._say_death(actor.doing, status, peak), call=actor.doing)

    def _say_death(self, doing: str, status: int | None, peak_kib: int) -> str:
        memory = peak_kib > self._bounds.memory_mib * 1024 * 0.9
        if memory:
            return f"{doing} used more than {self._bounds.memory_mib} MiB of memory, and its process ended."
        if status is None or status == -signal.SIGKILL:
            return f"The process of your code was killed during {doing}."
        if status < 0:
            return f"The process of your code crashed during {doing} ({_name_signal(-status)})."
        return f"Your code ended its own process during {doing}, with exit status {status}."

    def misbehaved(self, actor: Actor) -> StudentFault:
        """It sent what no honest worker sends, or a forked copy of it answered too."""
        actor.dead = True
        message = f"The process of your code broke the protocol during {actor.doing or 'a call'}."
        return StudentFault(Outcome.ERRORED, f"{message} {actor.process.misbehaved}", call=actor.doing)

    def flooded(self, actors: Actors, flood: FloodError) -> StudentFault:
        """Somebody sent more than anybody needs."""
        doing = _doing(actors, "Your code")
        return StudentFault(Outcome.ERRORED, f"{doing} sent Valkey {flood} and was stopped.", call=doing)

    def is_used_up(self) -> bool:
        """Whether the submission has no time left."""
        return self._spent.passes(self._bounds.total_seconds)

    def is_short_of_time(self) -> bool:
        """Whether the submission has used so much of its time that what can be done in short should be."""
        return self._spent.passes(SHORT * self._bounds.total_seconds)

    def used_up(self, actors: Actors) -> StudentFault:
        """The submission had no time left in the middle of a check."""
        doing = _doing(actors)
        limit = f"{self._bounds.total_seconds:g}"
        message = f"The {limit} seconds that a submission may take in all ran out in this check."
        return StudentFault(Outcome.TIMED_OUT, message, call=doing)

    def restless(self) -> StudentFault:
        """Nothing is asked of it, and yet it goes on sending."""
        return StudentFault(
            Outcome.TIMED_OUT, "Your code goes on sending after its call returned, without a pause."
        )

    def timed_out(self, actor: Actor) -> StudentFault:
        """It didn't answer before its deadline: says where it was."""
        actor.dead = True
        frames = self._ask_stack(actor)
        waiting = self._say_waiting(actor)
        fault = StudentFault(
            Outcome.TIMED_OUT,
            f"{actor.doing} did not return within {self._bounds.call_seconds:g} seconds.",
            call=actor.doing,
        )
        fault.stack, fault.waiting_for = frames, waiting
        return fault

    def _ask_stack(self, actor: Actor) -> tuple[Frame, ...]:
        try:
            self._workers.signal(actor.process, signal.SIGUSR1)
        except WorkerError:
            return ()
        end = time.monotonic() + STACK_SECONDS
        while not actor.process.stack and time.monotonic() < end:
            self._loop.turn(0.01)
        while time.monotonic() < end and self._loop.turn(STACK_PAUSE_SECONDS):
            pass
        return self.read_stack(bytes(actor.process.stack))

    def read_stack(self, dump: bytes) -> tuple[Frame, ...]:
        """The student's own lines of what faulthandler wrote, outermost first."""
        frames = []
        for found in _STACK_LINE.finditer(dump.decode("utf-8", "replace")):
            path = PurePosixPath(found["file"])
            if path.is_relative_to(self._submission):
                name = str(path.relative_to(self._submission))
                frames.append(Frame(name, int(found["line"]), found["function"]))
        return tuple(reversed(frames))

    def _say_waiting(self, actor: Actor) -> str:
        waiting = [link for link in self._relay.waiting() if link.actor == actor.name]
        if waiting:
            return f"Valkey's answer to {resp.show_command(waiting[0].flight[-1].command)}"
        if any(ask.until >= 0 for ask in actor.process.asks.values()):
            return "its own sleep or time-out, again and again"
        return ""

    def watch_server(self, actors: Actors) -> None:
        """End a script that runs for too long; raises StudentFault where only a new server helps."""
        waiting = [link for link in self._relay.waiting() if link.blocks_for is None]
        number = waiting[0].flight[0].number if waiting else 0
        if number != self._stuck[0]:
            self._stuck = (number, time.monotonic())
        if not number or time.monotonic() - self._stuck[1] < self._bounds.script_seconds + 0.3:
            return
        self._stuck = (number, time.monotonic())
        if not self._kill_script():
            self.server_spoiled = True
            command = resp.show_command(waiting[0].flight[0].command)
            doing = actors[waiting[0].actor].doing
            raise StudentFault(
                Outcome.TIMED_OUT, f"{doing} kept Valkey busy for too long with {command}.", call=doing
            )

    def watch_memory(self, actors: Actors) -> None:
        """Raise StudentFault where all processes together hold too much."""
        if time.monotonic() - self._weighed < MEMORY_SECONDS:
            return
        self._weighed = time.monotonic()
        most = TOGETHER * self._bounds.memory_mib
        if self._workers.held_mib() > most:
            doing = _doing(actors)
            message = f"All processes of your code together used more than {most} MiB of memory."
            raise StudentFault(Outcome.ERRORED, message, call=doing)

    def blocked(self, actors: Actors) -> StudentFault:
        """Valkey is in something of the student's that takes too long, or took more memory than there is."""
        doing = _doing(actors, "Your code")
        if self.memory_used_up:
            most = most_bytes(self._bounds) >> 20
            message = f"{doing} made Valkey use more than {most} MiB of memory, and Valkey ended."
            return StudentFault(Outcome.ERRORED, message, call=doing)
        return StudentFault(Outcome.TIMED_OUT, f"{doing} kept Valkey busy for too long.", call=doing)

    def calm(self, admin: Admin, *, quick: bool) -> None:
        """See to it that Valkey answers, or note that it has to be replaced.

        ``quick``: where it is silent, that is the student's doing, for commands of theirs are unanswered.
        """
        answers = False
        while not (answers or self.server_spoiled):
            try:
                admin.ask("PING")  # what was on its way to Valkey has begun when this one is answered
                answers = bool(admin.ask("PING"))
            except ServerBusyError:
                self.server_spoiled = not self._kill_script()
            except ServerSilentError:
                if not quick:
                    raise
                self.server_spoiled = True
            except ServerGoneError:
                if not self.ended_for_memory():
                    raise

    def ended_for_memory(self) -> bool:
        """Note whether Valkey has ended for want of memory, which only the student's commands use much of."""
        if self._ran_out_of_memory():
            self.server_spoiled = self.memory_used_up = True
        return self.memory_used_up

    def _kill_script(self) -> bool:
        """True where Valkey is free again, or wasn't in a script at all."""
        for word in ("SCRIPT", "FUNCTION"):
            try:
                with Admin(self.address, self.login, timeout=1.0) as admin:
                    admin.ask(word, "KILL")
                    self.script_killed = True
                    return True
            except (ServerBusyError, ServerGoneError):
                return False
            except resp.ReplyError as error:
                if "UNKILLABLE" in str(error):
                    return False
        return True
