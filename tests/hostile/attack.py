"""Runs one hostile submission through the real command, and gathers what came of it."""

import importlib.util
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import tomllib
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]
CORPUS = Path(__file__).with_name("corpus")
GRADE = "import sys; from grader.cli import grade_main; grade_main()"

SECRET = "swordfish"
# Where a submission that gets out leaves its mark.
ESCAPE = Path("/var/tmp/valkey-grader-escape")
PORTS = range(40000, 40004)

# Real seconds for one submission; its own total is 60, without what a busy machine takes on top.
RUN_SECONDS = 400


@dataclass(frozen=True)
class Expected:
    """What expect.toml says."""

    kind: str
    max_score: float
    min_score: float = 0  # what it must get still, for the rest of it is right
    status: int = 0
    reference: bool = False
    sentence: str = ""  # a pattern that the student must be shown
    absent: str = ""  # a pattern that may be nowhere in the results
    trace: str = ""


@dataclass
class Came:
    """What came of it."""

    status: int
    score: float | None = None
    isolated: bool = False
    text: str = ""  # results.json as its reader sees it, and what was said on stderr
    left: list[str] = field(default_factory=list)  # files and processes that are still there
    called: bool = False  # somebody called home


def names():
    return sorted(path.name for path in CORPUS.iterdir())


def expected(name):
    return Expected(**tomllib.loads((CORPUS / name / "expect.toml").read_text()))


def attack(name, sandbox):
    """Grades the submission and cleans up behind it."""
    with tempfile.TemporaryDirectory(prefix="h-") as base:
        folder = Path(base)
        work, out, scratch = (folder / part for part in ("work", "out", "tmp"))
        for place in (work, scratch):
            place.mkdir()
        submission = _prepare(name, work)
        with _listening(expected(name).trace == "network") as calls:
            done = _run(submission, out, scratch, sandbox)
        came = _read(done, out)
        came.left = [str(path) for path in scratch.iterdir()] + _processes(str(scratch))
        came.called = bool(calls)
        return came


def _prepare(name, work):
    source = CORPUS / name
    if (source / "make.py").exists():
        spec = importlib.util.spec_from_file_location(f"make_{name}", source / "make.py")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module.make(work)
    shutil.copytree(source, work, dirs_exist_ok=True)
    if expected(name).reference:
        shutil.copy(ROOT / "solutions" / "cache_manager.py", work / "reference.py")
    return work


def _run(submission, out, scratch, sandbox):
    command = [sys.executable, "-c", GRADE, str(submission), "--out", str(out), "--seed", "7"]
    options = ["--server", "embedded", "--sandbox", sandbox, "--exercise", "cache_manager"]
    return subprocess.run(
        [*command, *options, "--call-seconds", "3", "--schedules", "20", "--quiet"],
        capture_output=True,
        check=False,
        cwd=scratch,
        env={**os.environ, "TMPDIR": str(scratch), "HOSTILE_SECRET": SECRET},
        timeout=RUN_SECONDS,
    )


def _read(done, out):
    said = (done.stdout + done.stderr).decode(errors="replace")
    results = out / "results.json"
    if not results.exists():
        return Came(done.returncode, text=said)
    read = json.loads(results.read_text())
    text = "\n".join(_texts(read))
    return Came(done.returncode, read["score"], read["run"]["isolated"], f"{text}\n{said}")


def _texts(value):
    if isinstance(value, dict):
        for one in value.values():
            yield from _texts(one)
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)
    elif isinstance(value, str):
        yield value


def _processes(mark):
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = path.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if mark in line:
            found.append(line)
    return found


@contextmanager
def _listening(wanted):
    """Somebody to call home to, on loopback."""
    calls = []
    with ExitStack() as stack:
        for port in PORTS if wanted else ():
            server = stack.enter_context(socket.create_server(("127.0.0.1", port)))
            server.settimeout(RUN_SECONDS)
            threading.Thread(target=_accept, args=(server, calls), daemon=True).start()
            stack.callback(server.shutdown, socket.SHUT_RDWR)
        yield calls


def _accept(server, calls):
    try:
        while True:
            server.accept()[0].close()
            calls.append(1)
    except OSError:
        pass
