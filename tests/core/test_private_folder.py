"""A run's folder goes with it, whatever ends it; nobody else's does."""

import os
import signal
import subprocess
import sys
import tempfile

import pytest

from grader.private_folder import private_folder, sweep

# Forks, as a run does, says where its folder is, and waits to be killed.
OWNER = """
import os, time
from grader.private_folder import private_folder
with private_folder() as folder:
    if os.fork():
        print(folder, os.getpid(), flush=True)
    time.sleep(60)
"""


@pytest.fixture(autouse=True)
def place(tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return tmp_path


@pytest.fixture
def owner():
    process = subprocess.Popen(
        [sys.executable, "-c", OWNER], stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    yield process
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


def test_it_is_private_and_gone_afterwards(place):
    with private_folder() as folder:
        assert folder.stat().st_mode & 0o777 == 0o700
        (folder / "inner").mkdir()
        sweep()
        assert folder.is_dir()
    assert list(place.iterdir()) == []


def test_one_that_was_left_behind_is_taken_away(place, owner):
    folder = owner.stdout.readline().split()[0]
    with private_folder():
        assert os.path.isdir(folder)  # noqa: PTH112 - it has an owner
    os.kill(owner.pid, signal.SIGKILL)
    owner.wait()
    sweep()
    assert os.path.isdir(folder)  # noqa: PTH112 - whom it forked lives on
    os.killpg(owner.pid, signal.SIGKILL)
    for _ in range(1000):
        sweep()
        if not list(place.iterdir()):
            break
    assert list(place.iterdir()) == []


@pytest.mark.parametrize("what", ["no lock", "a file", "a link", "a link for a lock"])
def test_what_only_looks_like_one_stays(place, what):
    other = place / "other"
    other.mkdir()
    (other / "lock").touch()
    mine = place / "grade-mine"
    match what:
        case "no lock":
            mine.mkdir()
        case "a file":
            mine.touch()
        case "a link":
            mine.symlink_to(other)
        case "a link for a lock":
            mine.mkdir()
            (mine / "lock").symlink_to(other / "lock")
    sweep()
    assert mine.is_symlink() or mine.exists()
    assert (other / "lock").exists()
