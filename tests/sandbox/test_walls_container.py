"""The worker in a real container sees what it sees behind bubblewrap, and nothing else."""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from grader.engine import probe_engine
from grader.errors import GraderError
from grader.results import Isolation
from grader.sandbox import bubblewrap, container, walls
from grader.sandbox.runtime import find_runtime

sys.path.insert(0, str(Path(__file__).parents[1]))

from images import scratch


@pytest.fixture(scope="module")
def image():
    if shutil.which("docker") is None or not probe_engine("scratch").answers:
        pytest.skip("no Docker engine answers on this machine")
    return scratch.build(scratch.python_recipe(find_runtime(), scratch.PYTHON_IMAGE))


@pytest.fixture
def plan(image, monkeypatch):
    monkeypatch.setenv(container.IMAGE_VARIABLE, image)
    with tempfile.TemporaryDirectory(prefix="walls") as name:
        places = [Path(name, part) for part in ("submission", "sockets", "scratch")]
        for place in places:
            place.mkdir()
            place.chmod(0o755)
        yield walls.WallsPlan(walls.choose("container"), *places)


def run(plan, code):
    view = walls.enclose(plan)
    done = subprocess.run(
        [*view.command, "-c", f"import json, os, sys\n{code}"],
        env=view.environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_it_sees_and_may_little(plan, monkeypatch):
    monkeypatch.setenv("SECRET", "swordfish")
    seen = run(
        plan,
        """
import socket
sys.path.insert(0, '/box/library')
import redis
def denied(path):
    try:
        open(path, 'w')
    except OSError:
        return True
places = ('/x', '/box/sockets/x', '/box/submission/x', '/proc/sys/kernel/core_pattern')
facts = [line.split() for line in open('/proc/self/status')]
print(json.dumps({
    'pid': os.getpid(), 'uid': os.getuid(), 'box': sorted(os.listdir('/box')),
    'denied': [denied(place) for place in places],
    'scratch': open('/tmp/x', 'w').write('y'), 'secret': 'swordfish' in str(os.environ),
    'network': [name for _, name in socket.if_nameindex()],
    'status': [fact[1] for fact in facts if fact[0] in ('CapEff:', 'NoNewPrivs:')],
}))""",
    )
    assert seen["pid"] == 1
    assert seen["uid"] >= 61_000
    assert seen["box"] == ["library", "program", "sockets", "submission"]
    assert seen["denied"] == [True] * 4
    assert seen["scratch"] == 1
    assert seen["secret"] is False
    assert seen["network"] == ["lo"]
    assert seen["status"] == ["0000000000000000", "1"]


def test_calls_that_no_coursework_makes_are_refused(plan):
    code = """
import ctypes
sys.path.insert(0, '/box/program')
import worker_zygote
worker_zygote.take_filter(bytes.fromhex('FILTER'))
libc = ctypes.CDLL(None, use_errno=True)
refused = [libc.ptrace(16, 1, 0, 0), libc.prlimit(2, 7, None, None), libc.shmget(0, 4096, 0o1600)]
pid = os.fork()
if pid == 0:
    os._exit(3)
print(json.dumps([refused, os.waitpid(pid, 0)[1] >> 8]))"""
    rules = walls.enclose(plan).filter
    assert rules
    assert run(plan, code.replace("FILTER", rules)) == [[-1] * 3, 3]


def test_a_socket_can_be_reached(plan):
    path = plan.sockets / "late"
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))
        path.chmod(0o666)
        server.listen()
        code = (
            "import socket\ns = socket.socket(socket.AF_UNIX)\n"
            "s.connect('/box/sockets/late')\nprint(json.dumps(s.fileno() > 0))"
        )
        assert run(plan, code) is True


def test_a_grading_in_it_is_isolated(image, tmp_path):
    """The whole way: the real command, worker in a container, full marks for the solutions."""
    root = Path(__file__).parents[2]
    code = "from grader.cli import grade_main; grade_main()"
    options = ["--sandbox", "container", "--server", "embedded", "--exercise", "shopping_cart", "--quiet"]
    done = subprocess.run(
        [sys.executable, "-c", code, str(root / "solutions"), "--out", str(tmp_path), *options],
        env={**os.environ, container.IMAGE_VARIABLE: image},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    results = json.loads((tmp_path / "results.json").read_text())
    assert results["run"]["isolation"] == Isolation.CONTAINER
    assert results["run"]["isolated"] is True
    assert results["score"] == results["max_score"]


def test_auto_takes_it_where_bubblewrap_does_not_work(image, monkeypatch):
    monkeypatch.setenv(container.IMAGE_VARIABLE, image)
    monkeypatch.setattr(bubblewrap, "find", lambda _: bubblewrap.Trial("", "bwrap doesn't work here."))
    assert walls.choose("auto").kind is Isolation.CONTAINER


def test_an_image_that_is_not_there_is_told(monkeypatch):
    monkeypatch.setenv(container.IMAGE_VARIABLE, "valkey-grader-test/none:1")
    with pytest.raises(GraderError, match=r"valkey-grader-test/none:1|No Docker engine|docker was not found"):
        walls.choose("container")
