"""One try at grading, in a process of its own, so that whatever happens to it, somebody is left to say so.

Theory of operation. The process that grades is forked from this one, where pytest and all else is
imported already, and takes over a rig that was opened here. It writes a line of JSON for each result and
one for its end; when the pipe closes without an end, it was killed. It holds the read end of a lifeline:
when this process dies, of whatever cause, the other one notices at its next turn, clears up and ends.
"""

import gc
import os
import select
import shutil
import signal
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, NoReturn

from grader.codec import from_json, to_line
from grader.errors import UsageError, say_fault
from grader.harness.late import import_suites
from grader.harness.plan import Facts, Files, Plan
from grader.harness.rig import Rig
from grader.harness.shares import Placed
from grader.results import CheckResult

SILENT_SECONDS = 300.0  # without a result, after which the other process hangs; a swamped machine is slow
END_SECONDS = 10.0  # for the other process to clear up after Ctrl-C


Watch = Callable[[CheckResult], None]  # is handed each check's result as it comes
OpenWatch = Callable[[], Watch]
RunSuites = Callable[[Plan, Rig, Callable[[Placed], None], Files], Facts]


def unwatched() -> Watch:
    """Nobody watches."""
    return lambda _check: None


@dataclass(frozen=True)
class Line:
    """One line from the process that grades."""

    kind: Literal["check", "done", "failed", "usage"]
    found: Placed | None = None
    facts: Facts | None = None
    reason: str = ""


@dataclass(frozen=True)
class Attempt:
    """What a try needs to know."""

    plan: Plan
    rig: Rig
    details: Path  # where pytest's report goes; the log, tracebacks of ours included, lies beside it


@dataclass(frozen=True)
class Ended:
    """How a try ended: with what it found and its facts, or with a reason why it has none."""

    found: tuple[Placed, ...] = ()
    facts: Facts | None = None
    reason: str = ""


@dataclass
class _Running:
    """A try that is going on, as this process sees it."""

    pid: int
    lines: int
    lifeline: int
    rest: bytes = b""
    heard: float = field(default_factory=time.monotonic)
    found: list[Placed] = field(default_factory=list)
    facts: Facts | None = None
    reason: str = ""

    @property
    def over(self) -> bool:
        """True once it has said how it ended."""
        return self.facts is not None or bool(self.reason)

    def read(self, watch: Watch) -> None:
        """Take in what it wrote; its end without a word was its death."""
        self.heard = time.monotonic()
        data = os.read(self.lines, 1 << 16)
        if not data:
            self.reason = "The process that grades was killed before its end."
        *whole, self.rest = (self.rest + data).split(b"\n")
        for text in whole:
            self._take(from_json(text, Line), watch)

    def _take(self, line: Line, watch: Watch) -> None:
        if line.found is not None:
            self.found.append(line.found)
            watch(line.found.check)
        elif line.kind == "usage":
            raise UsageError(line.reason)
        else:
            self.facts, self.reason = line.facts, line.reason

    def stop(self) -> None:
        """See the other process off; closing its lifeline asks it to end."""
        os.close(self.lifeline)
        os.close(self.lines)
        end = time.monotonic() + END_SECONDS
        while time.monotonic() < end:
            if os.waitpid(self.pid, os.WNOHANG) != (0, 0):
                return
            time.sleep(0.002)  # waitpid has no time-out of its own
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)


def run_attempts(attempts: Sequence[Attempt], open_watch: OpenWatch) -> list[Ended]:
    """Grade in forked processes, all at once; whatever happens to one, its death included, is its end.

    Raises UsageError for what only the suites can know to be wrong.
    """
    suites = import_suites(exercise.id for attempt in attempts[:1] for exercise in attempt.plan.exercises)
    running: list[_Running] = []
    try:
        for attempt in attempts:
            running.append(_start(attempt, running, suites.run_suites))
        watch = open_watch()  # it has much to import, and the first results can wait for it
        _read_all(running, watch)
    finally:
        for one in running:
            one.stop()
    return [Ended(tuple(one.found), one.facts, one.reason) for one in running]


def _start(attempt: Attempt, others: list[_Running], run: RunSuites) -> _Running:
    lines, lines_there = os.pipe()
    lifeline_there, lifeline = os.pipe()
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if pid == 0:
        for descriptor in (lines, lifeline, *(d for other in others for d in (other.lines, other.lifeline))):
            os.close(descriptor)
        _grade_here(attempt, run, lines_there, lifeline_there)
    os.close(lines_there)
    os.close(lifeline_there)
    return _Running(pid, lines, lifeline)


def _read_all(running: list[_Running], watch: Watch) -> None:
    """Read from each until it is over, or has been silent for too long."""
    while waiting := {one.lines: one for one in running if not one.over}:
        end = min(one.heard for one in waiting.values()) + SILENT_SECONDS
        for source in select.select(list(waiting), [], [], max(0.0, end - time.monotonic()))[0]:
            waiting[source].read(watch)
        for one in waiting.values():
            if time.monotonic() - one.heard > SILENT_SECONDS and not one.over:
                one.reason = "The process that grades hangs."


def _grade_here(attempt: Attempt, run: RunSuites, lines: int, lifeline: int) -> NoReturn:
    """All of the forked process's life."""
    status, parent = 1, os.getppid()
    gc.disable()  # it would look through everything again and again; each check's own garbage is small
    gc.freeze()  # what it shares with the process that forked it won't be garbage, nor is it to be written to
    try:
        os.setpgid(0, 0)  # Ctrl-C reaches the other process alone, which then asks this one to end
        log = os.open(attempt.details.with_suffix(".log"), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.dup2(log, 1)
        os.dup2(log, 2)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        _tell_all(attempt, run, lines, lifeline)
        status = 0
    except KeyboardInterrupt:
        pass
    except BaseException:  # noqa: BLE001 - the fork ends here, whatever it was
        traceback.print_exc()
    finally:
        if os.getppid() != parent:
            # Nobody else is left to do it.
            shutil.rmtree(attempt.rig.folder, ignore_errors=True)
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def _tell_all(attempt: Attempt, run: RunSuites, lines: int, lifeline: int) -> None:
    def tell(line: Line) -> None:
        data = to_line(line)
        while data:
            data = data[os.write(lines, data) :]

    def emit(found: Placed) -> None:
        tell(Line("check", found=found))

    try:
        facts = run(attempt.plan, attempt.rig, emit, Files(attempt.details, lifeline))
        tell(Line("done", facts=facts))
    except UsageError as error:
        tell(Line("usage", reason=str(error)))
    except Exception as error:  # noqa: BLE001 - ours, whatever it is: said to the other process, and in the log
        traceback.print_exc()
        tell(Line("failed", reason=say_fault(error)))
