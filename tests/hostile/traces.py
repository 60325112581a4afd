"""What gradings could leave on a machine: shared memory, control groups, containers, disk, memory."""

import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from grader import owner

MIB = 1 << 20
# Other programs use the machine as well; a submission that leaves something leaves more than this.
DISK_MIB = 512
MEMORY_MIB = 1024


@dataclass(frozen=True)
class Machine:
    """What can be counted."""

    shared: frozenset[str]  # System V's shared memory, by its key and number
    groups: frozenset[str]  # control groups
    containers: frozenset[str]
    mounts: frozenset[str]
    disk_mib: int  # free
    memory_mib: int  # free, or free for the asking


def look() -> Machine:
    """The machine as it is now."""
    return Machine(
        frozenset(" ".join(line.split()[:2]) for line in _lines("/proc/sysvipc/shm")[1:]),
        frozenset(str(path) for path in Path("/sys/fs/cgroup").rglob("*grade*")),
        frozenset(_containers()),
        frozenset(line.split()[1] for line in _lines("/proc/self/mounts") if "grade-" in line),
        shutil.disk_usage(tempfile.gettempdir()).free // MIB,
        _available_mib(),
    )


def left(before: Machine) -> list[str]:
    """What is there now and was not before, in words."""
    now = look()
    found = [*now.shared - before.shared, *now.groups - before.groups, *now.mounts - before.mounts]
    found += now.containers - before.containers
    if not os.environ.get("FULL"):
        return found  # other tests run beside these, and use disk and memory as well
    if before.disk_mib - now.disk_mib > DISK_MIB:
        found.append(f"{before.disk_mib - now.disk_mib} MiB of disk")
    if before.memory_mib - now.memory_mib > MEMORY_MIB:
        found.append(f"{before.memory_mib - now.memory_mib} MiB of memory")
    return found


def _lines(path: str) -> list[str]:
    try:
        return Path(path).read_text().splitlines()
    except OSError:
        return []


def _available_mib() -> int:
    facts = dict(line.split(":") for line in _lines("/proc/meminfo"))
    return int(facts.get("MemAvailable", "0").split()[0]) // 1024


def _containers() -> list[str]:
    """Containers whose grader is gone, by number and label; none where no engine answers."""
    if shutil.which("docker") is None:
        return []
    command = ["docker", "ps", "--all", "--no-trunc", "--format", "{{.ID}} {{.Labels}}"]
    done = subprocess.run(command, capture_output=True, check=False, text=True)
    return [line for line in done.stdout.splitlines() if owner.is_orphan(_labels(line))]


def _labels(line: str) -> dict[str, str]:
    return dict(pair.partition("=")[::2] for pair in line.partition(" ")[2].split(","))
