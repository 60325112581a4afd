"""Warm processes: fresh for each call, and a death costs one call only."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from grader.course.processes import WarmProcesses, WorkerDiedError
from grader.errors import GraderError

STATE = []


def leave_state(value):
    STATE.append(value)
    return os.getpid(), list(STATE)


def die(signal_number):
    os.kill(os.getpid(), signal_number)


def fail():
    raise ValueError("broken")


def wait_for_ever(path):
    try:
        Path(path).write_text(str(os.getpid()))
        threading.Event().wait()
    finally:
        Path(path + ".gone").touch()


@pytest.fixture
def executor():
    with WarmProcesses(2, seconds=30) as processes:
        yield processes


def test_each_call_has_a_process_of_its_own(executor):
    answers = [executor.submit(leave_state, n).result() for n in range(4)]
    assert len({pid for pid, _ in answers}) == 4
    assert [state for _, state in answers] == [[0], [1], [2], [3]]


def test_a_death_takes_only_its_own_call(executor):
    doomed = executor.submit(die, signal.SIGKILL)
    assert executor.submit(leave_state, 1).result()[1] == [1]
    with pytest.raises(WorkerDiedError, match="SIGKILL"):
        doomed.result()


def test_an_error_comes_back_with_its_trace(executor):
    with pytest.raises(GraderError, match="ValueError: broken") as caught:
        executor.submit(fail).result()
    assert "in fail" in caught.value.__notes__[0]


def test_one_that_hangs_is_interrupted_and_cleans_up(tmp_path, monkeypatch):
    monkeypatch.setattr("grader.course.processes.GRACE_SECONDS", 0.5)
    with WarmProcesses(1, seconds=2) as executor, pytest.raises(WorkerDiedError, match="within 2 s"):
        executor.submit(wait_for_ever, str(tmp_path / "pid")).result()
    assert (tmp_path / "pid.gone").exists()


def test_a_killed_grader_leaves_no_process(tmp_path):
    """The grader is killed with SIGKILL: what it had forked ends by itself, cleaning up."""
    code = (
        "from grader.course.processes import WarmProcesses\n"
        "from tests.course.test_processes import wait_for_ever\n"
        f"WarmProcesses(1, 60).submit(wait_for_ever, {str(tmp_path / 'pid')!r}).result()\n"
    )
    root = Path(__file__).parents[2]
    grader = subprocess.Popen(
        [sys.executable, "-c", code], cwd=root, env=os.environ | {"PYTHONPATH": str(root)}
    )
    until(lambda: (tmp_path / "pid").exists() and (tmp_path / "pid").read_text())
    pid = int((tmp_path / "pid").read_text())
    grader.kill()
    grader.wait()
    until(lambda: (tmp_path / "pid.gone").exists() and not Path(f"/proc/{pid}").exists())


def until(condition):
    """Waits until the condition holds, 20 s at most."""
    pause = threading.Event()
    for _ in range(2000):
        if condition():
            return
        pause.wait(0.01)
    pytest.fail("it never came to hold")


def test_nothing_is_imported_from_the_folder_it_is_started_in(tmp_path):
    script, folder = tmp_path / "script.py", tmp_path / "submission"
    folder.mkdir()
    for name in ("jinja2", "grader", "random"):
        (folder / f"{name}.py").write_text("open('imported', 'w')\n")
    script.write_text(
        "from grader.course.processes import WarmProcesses\n"
        "if __name__ == '__main__':\n"
        "    with WarmProcesses(1, 30) as one:\n"
        "        print(one.submit(len, 'abc').result())\n"
    )
    done = subprocess.run([sys.executable, script], cwd=folder, capture_output=True, text=True, check=False)
    assert (done.stdout, (folder / "imported").exists()) == ("3\n", False), done.stderr


def test_the_environment_is_as_it_was(executor):
    before = dict(os.environ)
    assert executor.submit(len, "abc").result() == 3
    assert dict(os.environ) == before
