"""One try at grading, in a process of its own, so that whatever happens to it, somebody is left to say so.

Theory of operation. The process that grades is forked from this one, where pytest and all else is
imported already. It writes a line of JSON for each result and one for its end; when the pipe closes
without an end, it was killed. It holds the read end of a lifeline: when this process dies, of whatever
cause, the other one notices at its next turn, clears up and ends.
"""

import os
import select
import shutil
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NoReturn

from grader.codec import from_json, to_line
from grader.errors import GraderError, UsageError
from grader.harness.plugin import Plan
from grader.harness.rig import Place
from grader.harness.run import Facts, Files, run_suites
from grader.results import CheckResult
from grader.settings import Settings

SPARE_SECONDS = 60.0  # beyond the submission's own total, for a start on a swamped machine
END_SECONDS = 10.0  # for the other process to clear up after Ctrl-C
LOG = "grader.log"  # what the grading process wrote, tracebacks of ours included; for the instructor


@dataclass(frozen=True)
class Line:
    """One line from the process that grades."""

    kind: Literal["check", "done", "failed", "usage"]
    check: CheckResult | None = None
    facts: Facts | None = None
    reason: str = ""


@dataclass(frozen=True)
class Attempt:
    """What a try needs to know."""

    settings: Settings
    plan: Plan
    place: Place
    details: Path  # where pytest's report goes


def run_attempt(attempt: Attempt, watch: Callable[[CheckResult], None]) -> tuple[list[CheckResult], Facts]:
    """Grade in a forked process; raises GraderError where that failed in any way, its death included."""
    lines, lines_there = os.pipe()
    lifeline_there, lifeline = os.pipe()
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if pid == 0:
        os.close(lines)
        os.close(lifeline)
        _grade_here(attempt, lines_there, lifeline_there)
    os.close(lines_there)
    os.close(lifeline_there)
    limit = attempt.settings.assignment.bounds.total_seconds + SPARE_SECONDS
    try:
        return _read(lines, watch, limit)
    finally:
        os.close(lifeline)
        os.close(lines)
        _end(pid)


def _read(lines: int, watch: Callable[[CheckResult], None], limit: float) -> tuple[list[CheckResult], Facts]:
    checks = []
    for text in _lines(lines, time.monotonic() + limit):
        line = from_json(text, Line)
        if line.check is not None:
            checks.append(line.check)
            watch(line.check)
        elif line.facts is not None:
            return checks, line.facts
        elif line.kind == "usage":
            raise UsageError(line.reason)
        else:
            raise GraderError(line.reason)
    raise GraderError("The process that grades was killed before its end.")


def _lines(source: int, end: float) -> Iterator[bytes]:
    """Whole lines as they come; raises GraderError where the end, in monotonic seconds, is reached."""
    rest = b""
    while True:
        if not select.select([source], [], [], max(0.0, end - time.monotonic()))[0]:
            raise GraderError("The process that grades hangs.")
        data = os.read(source, 1 << 16)
        if not data:
            return
        *whole, rest = (rest + data).split(b"\n")
        yield from whole


def _end(pid: int) -> None:
    """See the other process off; closing its lifeline has asked it to end."""
    end = time.monotonic() + END_SECONDS
    while time.monotonic() < end:
        if os.waitpid(pid, os.WNOHANG) != (0, 0):
            return
        time.sleep(0.002)  # waitpid has no time-out of its own
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)


def _grade_here(attempt: Attempt, lines: int, lifeline: int) -> NoReturn:
    """All of the forked process's life."""
    status, parent = 1, os.getppid()
    try:
        os.setpgid(0, 0)  # Ctrl-C reaches the other process alone, which then asks this one to end
        log = os.open(attempt.details.parent / LOG, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.dup2(log, 1)
        os.dup2(log, 2)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        _tell_all(attempt, lines, lifeline)
        status = 0
    except KeyboardInterrupt:
        if os.getppid() != parent:
            # Nobody else is left to do it.
            shutil.rmtree(attempt.place.server.parent, ignore_errors=True)
    except BaseException:  # noqa: BLE001 - the fork ends here, whatever it was
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def _tell_all(attempt: Attempt, lines: int, lifeline: int) -> None:
    def tell(line: Line) -> None:
        data = to_line(line)
        while data:
            data = data[os.write(lines, data) :]

    def emit(check: CheckResult) -> None:
        tell(Line("check", check=check))

    try:
        facts = run_suites(
            attempt.settings, attempt.plan, attempt.place, emit, Files(attempt.details, lifeline)
        )
        tell(Line("done", facts=facts))
    except UsageError as error:
        tell(Line("usage", reason=str(error)))
    except GraderError as error:
        traceback.print_exc()
        tell(Line("failed", reason=str(error)))
    except Exception as error:  # noqa: BLE001 - ours, whatever it is: said to the other process, and in the log
        traceback.print_exc()
        tell(Line("failed", reason=f"{type(error).__name__}: {error}"))
