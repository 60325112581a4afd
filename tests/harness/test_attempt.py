"""Our own failures are ours: no score, a sentence, status 4, one more try, and nothing is left behind."""

import gc
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from grader import exits
from grader.results import Outcome, Status

ROOT = Path(__file__).parents[2]
GRADE = "from grader.cli import grade_main; grade_main()"
SECONDS = 30  # for a process to start or end on a machine that does other things besides

# A class that waits in the middle of a run, so that there is a middle.
STUDENT = """
import time
class It:
    def __init__(self, client): self.client = client
    def mark(self, folder): open(folder + "/here", "w").close() if folder else None
    def fine(self): return int(self.client.set("k", 1))
    def wait(self):
        import threading
        threading.Event().wait()
"""
FINE = '''
@one()
def test_fine(it):
    """Fine."""
    expect(it.fine()).to_equal(1)
'''


def processes_of(mark):
    """Process numbers whose command line holds a text."""
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        try:
            if mark.encode() in (path / "cmdline").read_bytes():
                found.append(int(path.name))
        except OSError:
            continue
    return found


def left_in(folder):
    """The files in a folder, and the processes that name it, that are there for longer than a moment."""
    end = time.monotonic() + SECONDS
    while (found := [*folder.iterdir(), *processes_of(str(folder))]) and time.monotonic() < end:
        pass
    return found


@pytest.fixture
def short():
    """A folder whose path leaves room for a socket's."""
    with tempfile.TemporaryDirectory(prefix="t-") as name:
        yield Path(name)


@pytest.fixture
def uncollected():
    """Nothing is closed but by whoever opened it."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def descriptors():
    """Those that are open."""
    return sorted(path.name for path in Path("/proc/self/fd").iterdir())


@pytest.mark.usefixtures("uncollected")
def test_a_right_run_leaves_nothing(grader, monkeypatch, short):
    temp = short
    monkeypatch.setattr("tempfile.tempdir", str(temp))
    grader.write("mine", FINE, STUDENT)
    before = descriptors()
    results = grader.grade()
    assert descriptors() == before
    assert (results.status, results.score) == (Status.GRADED, 10)
    assert [check.outcome for check in grader.seen] == [Outcome.PASSED]
    assert left_in(temp) == []


def test_a_rig_that_can_not_be_opened_is_ours(grader, short, monkeypatch):
    long = short / ("x" * 100)  # a socket's path has room for some hundred characters
    long.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(long))
    grader.write("mine", FINE, STUDENT)
    results = grader.grade()
    assert (results.status, results.score) == (Status.NOT_GRADED, None)
    assert "too long" in results.reason
    assert list(long.iterdir()) == []


OURS = {
    "a bug in a check": ("    raise ZeroDivisionError('in a check')", "ZeroDivisionError: in a check"),
    "a wrong import in a check": ("    import nothing_like_it", "ModuleNotFoundError"),
    "the server is killed": ("    kill_all('valkey-server', lab)", "Valkey"),
    "the zygote is killed": ("    kill_zygote(lab)\n    lab.enter()", "worker"),
    "the zygote is killed during a call": (
        "    call = it.wait.begin()\n    kill_zygote(lab)\n    call.answer()",
        "worker",
    ),
    "the proxy crashes": (
        "    lab.stage.relay._count = lambda size: 1 / 0\n    it.fine()",
        "ZeroDivisionError",
    ),
    "no disk of ours": ("    raise OSError(28, 'No space left on device')", "No space left on device"),
    "the process that grades is killed": ("    os.kill(os.getpid(), 9)", "was killed before its end"),
    "the process that grades stops": ("    os._exit(0)", "was killed before its end"),
    "no memory of ours": ("    raise MemoryError", "MemoryError"),
    "an interrupt that nobody sent": ("    raise SystemExit(0)", ""),
}

INJECTED = '''
import gc
import os
from pathlib import Path

def kill_all(name, lab):
    mark = lab.stage.relay._folder.parent
    for path in Path("/proc").glob("[0-9]*"):
        try:
            words = (path / "cmdline").read_bytes() + os.readlink(path / "cwd").encode()
        except OSError:
            continue
        if name.encode() in words and str(mark).encode() in words:
            os.kill(int(path.name), 9)

def kill_zygote(lab):
    """Kill the worker's first process, and return when all of the worker is gone."""
    kit = lab.stage.kit
    kill_all("worker.py", lab)
    for _ in range(1000):
        if all(worker._control.closed for worker in kit.workers._workers):
            return
        kit.loop.turn(0.01)
    raise TimeoutError("the zygote lives on")

@one()
def test_before(it):
    """Fine."""
    expect(it.fine()).to_equal(1)

@one()
def test_ours(it, lab):
    """Ours."""
{body}
    expect(it.fine()).to_equal(1)
'''


@pytest.mark.parametrize("name", OURS)
def test_our_failure_is_never_charged_and_tried_twice(grader, name):
    body, sentence = OURS[name]
    grader.write("mine", INJECTED.format(body=body), STUDENT)
    results = grader.grade()
    assert results.status is Status.NOT_GRADED
    assert results.score is None
    assert sentence in results.reason
    assert results.reason
    assert [check.id for check in grader.seen].count("mine.before") == 2
    assert not any(check.outcome in {Outcome.FAILED, Outcome.ERRORED} for check in grader.seen)


def test_a_failing_fixture_is_ours(grader):
    suite = (
        FINE
        + '''
@pytest.fixture
def broken(lab):
    raise KeyError("fixture")

@one()
def test_broken(it, broken):
    """Broken."""
'''
    )
    grader.write("mine", suite, STUDENT)
    results = grader.grade()
    assert results.status is Status.NOT_GRADED
    assert "KeyError" in results.reason


def test_a_sandbox_that_does_not_start_is_ours(grader, monkeypatch):
    monkeypatch.setattr("grader.sandbox.walls.PYTHON_OPTIONS", ("--no-such-option",))
    grader.write("mine", FINE, STUDENT)
    results = grader.grade()
    assert (results.status, results.score) == (Status.NOT_GRADED, None)
    assert "sandboxed worker did not start" in results.reason


def test_a_suite_that_can_not_be_read_is_ours(grader):
    grader.write("mine", "this is no Python", STUDENT)
    results = grader.grade()
    assert results.status is Status.NOT_GRADED
    assert results.reason


def test_a_failure_that_happens_once_is_mended_by_the_second_try(grader, tmp_path):
    body = f"""    mark = Path({str(tmp_path / "once")!r})
    if not mark.exists():
        mark.touch()
        kill_all("valkey-server", lab)"""
    grader.write("mine", INJECTED.format(body=body), STUDENT)
    results = grader.grade()
    assert (results.status, results.score) == (Status.GRADED, 10)


def test_a_failing_teardown_is_ours(grader):
    suite = (
        FINE
        + '''
@pytest.fixture
def broken(lab):
    yield
    raise KeyError("teardown")

@one()
def test_broken(it, broken):
    """Broken."""
'''
    )
    grader.write("mine", suite, STUDENT)
    results = grader.grade()
    assert results.status is Status.NOT_GRADED


class Command:
    """A real `grade` in its own process and temp folder."""

    def __init__(self, folder):
        self.temp = folder / "t"
        self.temp.mkdir()
        self.out = folder / "out"
        arguments = [str(ROOT / "solutions"), "--exercise", "cache_manager", "--server", "embedded"]
        self.popen = subprocess.Popen(
            [sys.executable, "-c", GRADE, *arguments, "--out", str(self.out), "--seed", "1"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=ROOT,
            env={**os.environ, "TMPDIR": str(self.temp)},
        )

    def wait_for(self, name):
        """The numbers of its processes of a name, once there are any."""
        end = time.monotonic() + SECONDS
        while time.monotonic() < end and self.popen.poll() is None:
            found = [n for n in processes_of(str(self.temp)) if name in _line(n)]
            if found:
                return found
        raise AssertionError(f"{name} did not start: {self.popen.communicate()}")

    def finish(self):
        out, err = self.popen.communicate(timeout=SECONDS)
        return self.popen.returncode, out.decode(), err.decode()

    def left(self):
        """What is still there when it has had time to clear up."""
        return left_in(self.temp)


def _line(number):
    try:
        return Path(f"/proc/{number}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""


@pytest.fixture
def command(short):
    command = Command(short)
    yield command
    command.popen.kill()
    command.popen.communicate()


def test_interrupted_it_says_so_and_leaves_nothing(command):
    command.wait_for("worker.py")
    command.popen.send_signal(signal.SIGINT)
    status, _, said = command.finish()
    assert status == exits.INTERRUPTED
    assert "Interrupted; nothing was charged." in said
    assert "Traceback" not in said
    assert command.left() == []


def test_killed_it_leaves_nothing(command):
    command.wait_for("valkey-server")  # which the process has that grades: it clears up
    command.popen.kill()
    command.popen.wait()
    assert command.left() == []


def test_a_server_that_is_killed_again_and_again_gives_status_4(command):
    end = time.monotonic() + SECONDS
    while command.popen.poll() is None and time.monotonic() < end:
        for number in processes_of(str(command.temp)):
            if "valkey-server" in _line(number):
                try:
                    os.kill(number, signal.SIGKILL)
                except ProcessLookupError:
                    continue
    status, _, said = command.finish()
    assert status == exits.GRADER_FAULT
    assert "nothing was charged" in said
    assert "Valkey" in said
    assert "too long" not in said
    assert command.left() == []
    results = json.loads((command.out / "results.json").read_text())
    assert (results["status"], results["score"]) == ("not_graded", None)
    assert results["reason"]
