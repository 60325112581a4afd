"""Warm local processes, as an executor: each call runs in a process of its own, forked when it begins.

Theory of operation. A fork server imports the grader once, pytest and redis-py with it. Each call is
then a fork of it, which costs milliseconds: nothing that one submission leaves in memory can reach
the next, and a process that dies takes only its own call with it.

    thread of this executor  --fork server-->  process: work(*args)
             ^                                    |
             +---- pipe: the value, or the fault -+   the pipe closes when the grader dies:
                                                      the process then interrupts itself and cleans up
"""

import multiprocessing
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import forkserver
from multiprocessing.connection import Connection, wait
from typing import Any

from grader.errors import GraderError

# The command line too: a process that is forked imports the main module again.
PRELOADED = ["grader.course.grading", "grader.course.warm", "grader.cli"]
_STARTS = threading.Lock()
GRACE_SECONDS = 5.0  # from an interrupt to a kill: time to stop servers and workers


class WorkerDiedError(GraderError):
    """A grading process ended without an answer; the message says how."""


@dataclass(frozen=True)
class Fault:
    """What went wrong in the process, as text."""

    sentence: str
    trace: str


class WarmProcesses(Executor):
    """Runs each call in a freshly forked process, ``jobs`` at a time, each for ``seconds`` at most."""

    def __init__(self, jobs: int, seconds: float) -> None:
        self._seconds = seconds
        self._threads = ThreadPoolExecutor(jobs, thread_name_prefix="grading")

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """As Executor.submit; a process that dies or takes too long gives a WorkerDiedError."""
        if kwargs:
            raise TypeError("a call has positional arguments only")
        return self._threads.submit(call_in_process, self._seconds, fn, *args)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: FBT001, FBT002
        """As Executor.shutdown."""
        self._threads.shutdown(wait=wait, cancel_futures=cancel_futures)


def call_in_process(seconds: float, fn: Callable[..., Any], *args: Any) -> Any:
    """The value of ``fn(*args)``, run in a fresh process; GraderError where there is none in time."""
    # A cluster's workers are daemons, which may not have children; ours ends with its parent anyway.
    multiprocessing.process.current_process()._config["daemon"] = False  # type: ignore[attr-defined]  # noqa: SLF001
    context = multiprocessing.get_context("forkserver")
    # Heard by the first call alone, which starts the fork server. On a cluster's worker the main module
    # is the cluster's own.
    preloaded = [*PRELOADED, "distributed.cli.dask_worker"] if "distributed" in sys.modules else PRELOADED
    context.set_forkserver_preload(preloaded)
    _start_fork_server()
    ours, theirs = context.Pipe()
    process = context.Process(target=_answer, args=(theirs, fn, args), daemon=False)
    with ours:
        process.start()
        theirs.close()
        try:
            answer = _receive(ours, process.sentinel, seconds)
        finally:
            _end(process)
    if isinstance(answer, Fault):
        fault = GraderError(answer.sentence)
        fault.add_note(answer.trace)
        raise fault
    if answer is None:
        raise WorkerDiedError(_how_it_died(process.exitcode, seconds))
    return answer[0]


def _start_fork_server() -> None:
    """Have it running; it imports nothing from the folder it is started in, which may be a submission."""
    with _STARTS, _environment("PYTHONSAFEPATH", "1"):
        forkserver.ensure_running()


@contextmanager
def _environment(name: str, value: str) -> Iterator[None]:
    """A variable for what is started inside the ``with``, and for nothing after it."""
    before = os.environ.get(name)
    os.environ[name] = value
    try:
        yield
    finally:
        if before is None:
            del os.environ[name]
        else:
            os.environ[name] = before


def _receive(pipe: Connection, sentinel: int, seconds: float) -> Any:
    """The answer: a tuple of the value, or a Fault, or None where none came."""
    deadline = time.monotonic() + seconds
    if pipe not in wait([pipe, sentinel], timeout=deadline - time.monotonic()) and not pipe.poll():
        return None
    try:
        return pipe.recv()
    except (EOFError, OSError):
        return None


def _end(process: Any) -> None:
    """Waits for the process; one that goes on is interrupted, then killed."""
    for signal_number in (None, signal.SIGINT, signal.SIGKILL):
        if signal_number is not None:
            os.kill(process.pid, signal_number)
        process.join(GRACE_SECONDS if signal_number is not signal.SIGKILL else None)
        if process.exitcode is not None:
            return


def _how_it_died(exit_status: int | None, seconds: float) -> str:
    if exit_status is not None and exit_status < 0 and exit_status != -signal.SIGINT:
        return f"The grading process was ended by {signal.Signals(-exit_status).name}."
    if exit_status in (None, -signal.SIGINT, 130):
        return f"The grading process gave no answer within {seconds:g} s."
    return f"The grading process ended with status {exit_status} and without an answer."


def _answer(pipe: Connection, fn: Callable[..., Any], args: tuple[Any, ...]) -> None:
    """In the new process: runs the call and sends its value, or what went wrong."""
    threading.Thread(target=_hold_the_leash, args=(pipe,), daemon=True).start()
    try:
        answer: Any = (fn(*args),)
    except KeyboardInterrupt:
        os._exit(130)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is our own fault and is told as such
        answer = Fault(f"{type(error).__name__}: {error}", traceback.format_exc())
    try:
        pipe.send(answer)
    except BrokenPipeError:
        os._exit(1)


def _hold_the_leash(pipe: Connection) -> None:
    """The other end says nothing; when it closes, the grader is gone, and so shall we be."""
    pipe.poll(None)
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(GRACE_SECONDS)
    os._exit(130)
