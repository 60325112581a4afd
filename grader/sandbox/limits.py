"""The bounds on a worker as resource limits of the kernel: numbers, which the worker sets on itself.

The worker sets them, soft and hard alike, before it imports the first line of a student's, and every process
that it forks inherits them. They are no rlimits of the starting process, for bubblewrap itself, and a change
of user after them, would count against them.
"""

import os
import re
from pathlib import Path

from grader.assignment import Bounds

MIB = 1024 * 1024

# Address space beyond the memory bound: thread stacks, malloc's reserves and mapped libraries take room
# without taking memory. Shared anonymous memory counts here alone, so it isn't unbounded.
ADDRESS_SPACE_MIB = 2048

# Since 5.14 a user namespace has a count of its own of its user's processes.
OWN_COUNT_SINCE = (5, 14)


def resource_limits(bounds: Bounds, *, own_user: bool) -> dict[str, int]:
    """Names of the module ``resource``'s constants with their values, in its units (bytes, seconds, counts).

    ``own_user``: the worker's user, or its count of processes, is shared with nobody else.
    """
    others = 0 if own_user else processes_of_this_user()
    return {
        "RLIMIT_DATA": bounds.memory_mib * MIB,
        "RLIMIT_AS": (bounds.memory_mib + ADDRESS_SPACE_MIB) * MIB,
        "RLIMIT_CPU": bounds.cpu_seconds,
        "RLIMIT_NPROC": bounds.processes + others,
        "RLIMIT_NOFILE": bounds.open_files,
        "RLIMIT_FSIZE": bounds.file_mib * MIB,
        "RLIMIT_CORE": 0,
        "RLIMIT_MSGQUEUE": 0,
        "RLIMIT_MEMLOCK": 0,
    }


def counts_by_namespace() -> bool:
    """Whether this kernel counts a user's processes for each user namespace on its own."""
    numbers = re.match(r"(\d+)\.(\d+)", os.uname().release)
    return numbers is not None and (int(numbers[1]), int(numbers[2])) >= OWN_COUNT_SINCE


def processes_of_this_user() -> int:
    """Processes and threads that this user has already; 0 where /proc doesn't tell."""
    total = 0
    for status in Path("/proc").glob("[0-9]*"):
        try:
            if status.stat().st_uid == os.getuid():
                total += sum(1 for _ in (status / "task").iterdir())
        except OSError:  # gone since, or another's
            continue
    return total
