"""The real command, killed again and again: at the end its gradebook is that of one that was left alone."""

import os
import random
import signal
import subprocess
import sys
import threading
from pathlib import Path

from grader.sandbox.walls import choose

from .generated_class import generate

BIN = Path(sys.executable).parent
SANDBOX = "auto" if choose("auto").isolated else "none"
KILLS = 10


def start(folder, out):
    command = [BIN / "grader", "class", "submissions", "--out", out, "--sandbox", SANDBOX, "--seed", "3"]
    return subprocess.Popen(command, cwd=folder, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)


def stored(folder):
    return len(list(folder.glob("graded/students/*/record.json")))


def wait_for_more(folder, process, before):
    """Until another result is stored: each run gets on, however slow the machine is."""
    pause = threading.Event()
    while process.poll() is None and stored(folder) == before:
        pause.wait(0.05)


def test_for_real(tmp_path):
    generate(tmp_path / "submissions", 30)
    assert start(tmp_path, "left-alone").wait() == 0
    chance, pause, cut_off = random.Random(8), threading.Event(), 0
    for _ in range(KILLS):
        before = stored(tmp_path)
        process = start(tmp_path, "graded")
        if before < 30:
            wait_for_more(tmp_path, process, before)
            pause.wait(chance.uniform(0, 1))
        else:
            pause.wait(chance.uniform(0, 3))
        cut_off += process.poll() is None
        os.kill(process.pid, signal.SIGKILL) if process.poll() is None else None
        process.wait()
    assert cut_off >= KILLS // 2
    assert start(tmp_path, "graded").wait() == 0
    for name in ("gradebook.csv", "gradebook-canvas.csv", "gradebook-moodle.csv", "class-report.html"):
        assert (tmp_path / "graded" / name).read_bytes() == (tmp_path / "left-alone" / name).read_bytes()
