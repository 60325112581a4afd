"""The worker as the grader holds it: one zygote for a submission, one forked process for each actor.

Theory of operation. ``Worker`` holds the lone script, started inside its walls, and owns the control channel;
``spawn`` has it fork, or takes a process that a check before has left spotless, and gives back a
``Process`` with four descriptors of its own (see the script). Nothing here waits, but for the zygote.

    Worker  --control-->  zygote  --fork-->  actor's process
    Process <==calls, side, output, stack==>  actor's process
"""

import os
import signal
import socket
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from grader.assignment import Bounds
from grader.errors import GraderError
from grader.loop import Loop
from grader.sandbox.channel import READ_BYTES, Channel
from grader.sandbox.memory import count_mib
from grader.sandbox.process import Process
from grader.sandbox.threads import Threads

START_SECONDS = 20.0  # importing redis-py takes a quarter of a second; a swamped machine gets this long
ORDER_SECONDS = 15.0  # for a fork, or for an end, which frees all memory of all processes
LAST_TURNS = 1000  # of the loop, for what is left to read; without walls somebody may still be writing


class WorkerError(GraderError):
    """The worker doesn't start, or its zygote, which runs none of the student's code, is gone."""


class Worker:
    """The zygote's process and its control channel; a context manager that leaves nothing behind."""

    def __init__(
        self, loop: Loop, bounds: Bounds, popen: subprocess.Popen[bytes], listener: socket.socket
    ) -> None:
        self._loop = loop
        self._bounds = bounds
        self._popen = popen
        self._listener = listener
        self._control: Channel | None = None
        self._replies: list[Any] = []
        self._processes: list[tuple[Process, list[Any]]] = []
        self._kept: list[Process] = []
        self.versions: dict[str, str] = {}
        loop.watch(listener, self._accept)
        assert popen.stdout is not None  # noqa: S101 - it is a pipe
        self._life = popen.stdout  # which only the zygote and the walls around it have: it ends with them
        loop.watch(self._life.fileno(), self._notice_end)

    def _notice_end(self) -> None:
        if not os.read(self._life.fileno(), READ_BYTES):
            self._forget_life()

    def _forget_life(self) -> None:
        if not self._life.closed:
            self._loop.forget(self._life.fileno())
            self._life.close()

    def _accept(self) -> None:
        sock, _ = self._listener.accept()
        self._control = Channel(sock, 1 << 20)
        self._loop.watch(sock, self._read_control)
        self._loop.forget(self._listener)
        # Its name goes too: a process that this one was forked from may have it open, and accepts nobody.
        Path(self._listener.getsockname()).unlink(missing_ok=True)
        self._listener.close()

    def _read_control(self) -> None:
        assert self._control is not None  # noqa: S101 - watched only since it was set
        self._replies += self._control.receive()
        if self._control.closed:
            self._loop.forget(self._control.socket)

    def wait_ready(self) -> None:
        """Turn the loop until the zygote is ready; raises WorkerError where it doesn't get there."""
        self.versions = self._wait(START_SECONDS)["ready"]

    def _wait(self, seconds: float) -> dict[str, Any]:
        end = time.monotonic() + seconds
        while not self._replies:
            gone = self._control is not None and self._control.closed
            if gone or self._life.closed or time.monotonic() > end:
                raise WorkerError("The sandboxed worker did not start, or its first process is gone.")
            self._loop.turn(0.05)
        reply: dict[str, Any] = self._replies.pop(0)
        return reply

    def _order(self, order: dict[str, Any], descriptors: list[int] | None = None) -> dict[str, Any]:
        if self._control is None or not self._control.send(order, descriptors):
            raise WorkerError("The sandboxed worker's first process takes no orders.")
        return self._wait(ORDER_SECONDS)

    def spawn(self) -> Process:
        """A process for an actor: one that is kept, else a new one."""
        if self._kept:
            process = self._kept.pop()
            process.renew()
            return process
        return self._fork()

    def _fork(self) -> Process:
        calls, calls_there = socket.socketpair()
        side, side_there = socket.socketpair()
        output, output_there = os.pipe()
        stack, stack_there = os.pipe()
        theirs = [calls_there.fileno(), side_there.fileno(), output_there, stack_there]
        limit = self._bounds.message_mib << 20
        side_channel = Channel(side, limit)
        side_channel.ask_for_sender()
        try:
            pid = self._order({"spawn": True}, theirs)["pid"]
        finally:
            calls_there.close()
            side_there.close()
            os.close(output_there)
            os.close(stack_there)
        threads = Threads(0, expected=True)
        process = Process(pid, Channel(calls, limit), side_channel, threads, self._bounds.output_kib << 10)
        self._watch(process, output, stack)
        return process

    def _watch(self, process: Process, output: int, stack: int) -> None:
        sources: list[Any] = [process.calls.socket, process.side.socket, output, stack]
        self._processes.append((process, sources))

        def read_channel(channel: Channel, read: Any) -> None:
            read()
            if channel.closed:
                self._forget(sources, channel.socket)

        def read_pipe(descriptor: int, keep: Any) -> None:
            data = os.read(descriptor, 1 << 16)
            keep(data)
            if not data:
                self._forget(sources, descriptor)

        self._loop.watch(process.calls.socket, lambda: read_channel(process.calls, process.read_calls))
        self._loop.watch(process.side.socket, lambda: read_channel(process.side, process.read_side))
        self._loop.watch(output, lambda: read_pipe(output, process.keep_output))
        self._loop.watch(stack, lambda: read_pipe(stack, process.keep_stack))

    def _forget(self, sources: list[Any], source: Any) -> None:
        if source in sources:
            sources.remove(source)
            self._loop.forget(source)
            os.close(source) if isinstance(source, int) else source.close()

    def wrote(self) -> bool:
        """Whether any actor has made or removed a file."""
        return bool(self._order({"files": True})["wrote"])

    def has(self, process: Process) -> bool:
        """Whether it is one of this worker's."""
        return any(process is one for one, _ in self._processes)

    def signal(self, process: Process, number: int) -> None:
        """Send a signal to an actor's process."""
        self._order({"signal": [process.pid, number]})

    def keep(self, processes: list[Process]) -> None:
        """Kill every actor's process but these, which may be actors again; see ``Process.spotless``."""
        kept = [*self._kept, *processes]
        if len(kept) < len(self._processes):
            self._order({"keep": [process.pid for process in kept]})
        for entry in list(self._processes):
            if entry[0] not in kept:
                self._drop(*entry)
                self._processes.remove(entry)
        self._kept = kept

    def _drop(self, process: Process, sources: list[Any]) -> None:
        for source in list(sources):
            self._forget(sources, source)
        process.calls.closed = True
        process.threads.close()

    def end(self) -> None:
        """Kill every actor's process and all that it started; how each ended is then known."""
        ended = self._order({"end": True})["ended"]
        for _ in range(LAST_TURNS):  # what they had sent before
            if not self._loop.turn(0):
                break
        for entry in self._processes:
            status, peak = ended.get(str(entry[0].pid), entry[0].ended)
            entry[0].ended = status, peak
            self._drop(*entry)
        self._processes.clear()
        self._kept = []

    def held_mib(self) -> float:
        """MiB of memory that the worker's processes hold together."""
        return count_mib(self._popen.pid)

    def close(self) -> None:
        """Kill the worker and everything in it; safe to repeat."""
        for entry in self._processes:
            self._drop(*entry)
        self._processes.clear()
        if self._control is not None:
            if not self._control.closed:
                self._loop.forget(self._control.socket)
            self._control.close()
        elif self._listener.fileno() >= 0:
            self._loop.forget(self._listener)
            self._listener.close()
        self._forget_life()
        if self._popen.returncode is None:
            # Its number is nobody else's yet, for who started it waits for it here alone.
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self._popen.pid, signal.SIGKILL)
            self._popen.wait()
