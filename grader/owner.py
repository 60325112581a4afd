"""Says on a container's labels which grader owns it, and tells later whether that grader still runs."""

import os
import socket
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

LABEL = "valkey-grader."

# No grading takes this long; a container that is older has no owner any more, wherever that was. In seconds.
OLD_SECONDS = 6 * 3600


@dataclass(frozen=True)
class Owner:
    """One grader's process, told apart from all that have its number later or elsewhere."""

    machine: str  # host name, boot and PID namespace: where ``pid`` means something
    pid: str
    started: str  # of the process, in clock ticks since boot
    created: str  # seconds since 1970


def this_owner() -> Owner:
    """The process that runs this."""
    pid = os.getpid()
    return Owner(_machine(), str(pid), _start_of(pid), str(int(time.time())))


def labels_of(owner: Owner) -> dict[str, str]:
    """The owner as a container's labels."""
    return {LABEL + name: value for name, value in asdict(owner).items()}


def is_orphan(labels: Mapping[str, str]) -> bool:
    """Whether the container with these labels is one of ours whose grader is gone."""
    owner = Owner(*(labels.get(LABEL + name, "") for name in ("machine", "pid", "started", "created")))
    if not owner.created.isdigit() or not owner.pid.isdigit():
        return False
    if time.time() - int(owner.created) > OLD_SECONDS:
        return True
    return owner.machine == _machine() and _start_of(int(owner.pid)) != owner.started


def _machine() -> str:
    boot = _read(Path("/proc/sys/kernel/random/boot_id"))
    try:
        namespace = str(Path("/proc/self/ns/pid").readlink())
    except OSError:
        namespace = ""
    return f"{socket.gethostname()} {boot} {namespace}"


def _start_of(pid: int) -> str:
    """When the process began; '' where there is none; where there is no /proc, whether it lives."""
    if not Path("/proc/self/stat").exists():
        return _signal_answer(pid)
    # The second field is the program's name in brackets, and may hold anything; the rest is numbers.
    fields = _read(Path(f"/proc/{pid}/stat")).rpartition(")")[2].split()
    return fields[19] if len(fields) > 19 and fields[0] != "Z" else ""  # noqa: PLR2004 - field 22 of stat


def _signal_answer(pid: int) -> str:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return ""
    except PermissionError:
        return "lives"
    return "lives"


def _read(path: Path) -> str:
    try:
        return path.read_text(errors="replace").strip()
    except OSError:
        return ""
