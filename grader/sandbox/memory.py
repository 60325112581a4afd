"""How much memory a process and all that come from it hold together; on Linux, 0 elsewhere.

The limits of the kernel are for each process alone. A control group would bound them together, but only
root can make one, so whoever grades looks now and then.
"""

import os
import re

KIB = 1024
STATUS_BYTES = 4096
_OWN = re.compile(rb"Rss(?:Anon|Shmem):\s+([0-9]+) kB")  # see proc(5): without what lies in files


def count_mib(root: int) -> float:
    """MiB of memory that ``root`` and its descendants hold; what two of them share counts for each."""
    held, waiting = 0, [root]
    while waiting:
        process = waiting.pop()
        try:
            held += sum(map(int, _OWN.findall(_read(f"/proc/{process}/status"))))
            for thread in os.listdir(f"/proc/{process}/task"):  # noqa: PTH208 - many times a second
                waiting += map(int, _read(f"/proc/{process}/task/{thread}/children").split())
        except OSError:
            continue  # it has ended, or there is no /proc
    return held / KIB


def _read(path: str) -> bytes:
    file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        return os.read(file, STATUS_BYTES)
    finally:
        os.close(file)
