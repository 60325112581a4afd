"""A real Dask scheduler and two real workers on loopback; one of them is killed in mid-run."""

import os
import re
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from grader.course.closing import Closing, close_class
from grader.course.cluster import connect, on_worker
from grader.course.conduct import present
from grader.course.discovery import discover
from grader.course.run import ClassRun, grade_class
from grader.course.store import ClassRecord, Store
from grader.errors import UsageError
from grader.sandbox.walls import choose
from grader.settings import Settings

from .fakes import grade_fake, write_submission
from .generated_class import generate
from .test_class import Silent, gradebook, run_class

pytest.importorskip("distributed", reason="the extra 'cluster' is not installed")
ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
SANDBOX = "auto" if choose("auto").isolated else "none"


@pytest.fixture
def cluster(tmp_path):
    """The scheduler's address and the worker processes."""
    processes = []

    def start(name, *arguments):
        environment = os.environ | {"PYTHONPATH": str(ROOT), "DASK_TEMPORARY_DIRECTORY": str(tmp_path)}
        command = [sys.executable, "-m", "distributed.cli." + arguments[0], *arguments[1:]]
        with (tmp_path / f"{name}.log").open("wb") as log:
            process = subprocess.Popen(
                command, stdout=log, stderr=log, env=environment, start_new_session=True
            )
        processes.append(process)
        return process

    start("scheduler", "dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard")
    address = read_until(tmp_path / "scheduler.log", r"Scheduler at:\s+(tcp://127\.0\.0\.1:\d+)")
    options = ["--host", "127.0.0.1", "--nthreads", "1", "--no-dashboard", "--local-directory", str(tmp_path)]
    workers = [start(name, "dask_worker", address, *options) for name in ("worker1", "worker2")]
    for name in ("worker1", "worker2"):
        read_until(tmp_path / f"{name}.log", r"Registered to:")
    yield address, workers
    for process in processes:
        os.killpg(process.pid, signal.SIGKILL) if process.poll() is None else None
        process.wait()


def read_until(path, pattern):
    pause = threading.Event()
    for _ in range(6000):
        if found := re.search(pattern, path.read_text() if path.exists() else ""):
            return found[1] if found.groups() else found[0]
        pause.wait(0.01)
    pytest.fail(f"{path.name} never said {pattern}: {path.read_text()}")


class KillsOne(Silent):
    """Kills a worker, nanny and all, when the third result is there."""

    def __init__(self, worker):
        super().__init__()
        self.worker = worker

    def finished(self, name, problem):
        super().finished(name, problem)
        if self.done == 3:
            os.killpg(self.worker.pid, signal.SIGKILL)


def test_a_killed_worker_changes_nothing_in_the_gradebook(cluster, tmp_path):
    address, workers = cluster
    folder = tmp_path / "submissions"
    for n in range(24):
        write_submission(folder, f"s{n}", "PPPPFFFF"[n % 5 :][:4], "busy:0.1")
    _, _, expected = run_class(folder, tmp_path / "local")
    found = discover(folder, (), []).found
    store, settings = Store(tmp_path / "graded"), Settings(seed=7)
    record = ClassRecord(settings.assignment, 7, present(found))
    watcher = KillsOne(workers[0])
    with connect(address) as dask:
        assert dask.threads == 2
        run = ClassRun(store, settings, "s", on_worker(grade_fake, 60), dask.threads * 2)
        outline = grade_class(found, run, dask.executor, watcher)
    close_class(store, record, Closing())
    assert workers[0].poll() is not None
    assert (outline.graded, outline.faults, watcher.done) == (24, (), 24)
    assert gradebook(tmp_path / "graded") == expected


def test_for_real(cluster, tmp_path):
    """The command itself on the cluster, a worker killed in mid-run, beside the command alone."""
    address, workers = cluster
    generate(tmp_path / "submissions", 20)
    command = [BIN / "grader", "class", "submissions", "--sandbox", SANDBOX, "--seed", "3"]
    assert subprocess.run([*command, "--out", "local"], cwd=tmp_path, check=False).returncode == 0
    run = subprocess.Popen([*command, "--out", "graded", "--scheduler", address], cwd=tmp_path)
    pause = threading.Event()
    while run.poll() is None and len(list(tmp_path.glob("graded/students/*/record.json"))) < 5:
        pause.wait(0.05)
    assert run.poll() is None
    os.killpg(workers[0].pid, signal.SIGKILL)
    assert run.wait() == 0
    assert gradebook(tmp_path / "graded") == gradebook(tmp_path / "local")


def test_no_scheduler_is_said_in_a_sentence(monkeypatch):
    monkeypatch.setattr("grader.course.cluster.CONNECT_SECONDS", 1)
    with (
        pytest.raises(UsageError, match="no Dask scheduler at tcp://"),
        connect("tcp://127.0.0.1:9"),
    ):
        pass
