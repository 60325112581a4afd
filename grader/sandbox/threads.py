"""Whether a process is at rest: each of its threads blocked, and none of them ran while we looked.

On Linux the kernel says so, in ``/proc``. Elsewhere, or where it won't say, a process counts as at rest
when nothing has been heard of it for a moment.
"""

import os
import time

SILENCE_SECONDS = 0.005  # without /proc: how long nothing must be heard
STAT_BYTES = 1024


class Threads:
    """Looks at one process; a number of 0 means that the system doesn't tell which it is."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._stat = -1
        self._heard = time.monotonic()
        if pid:
            try:
                self._stat = os.open(f"/proc/{pid}/stat", os.O_RDONLY | os.O_CLOEXEC)
            except OSError:
                self._pid = 0

    @property
    def known(self) -> bool:
        """True where the system tells."""
        return self._stat >= 0

    def heard(self) -> None:
        """Something came from the process."""
        self._heard = time.monotonic()

    def at_rest(self) -> bool:
        """True where no thread can run before something from outside, or a real timer, wakes it."""
        if self._stat < 0:
            return time.monotonic() - self._heard > SILENCE_SECONDS
        try:
            state, count = _read_stat(os.pread(self._stat, STAT_BYTES, 0))
            if state not in b"SZXT":
                return False
            return count == 1 or self._all_at_rest()
        except OSError:
            return True  # it is gone

    def _all_at_rest(self) -> bool:
        before = self._snapshot()
        return before is not None and before == self._snapshot()

    def _snapshot(self) -> dict[str, bytes] | None:
        """How often each thread was given a processor; None where one runs or may."""
        folder = f"/proc/{self._pid}/task"
        turns = {}
        for thread in os.listdir(folder):  # noqa: PTH208 - many times a second
            try:
                if _read_stat(_read(f"{folder}/{thread}/stat"))[0] not in b"SZXT":
                    return None
                turns[thread] = _read(f"{folder}/{thread}/schedstat").rpartition(b" ")[2]
            except OSError:
                return None  # it ended while we looked
        return turns

    def close(self) -> None:
        """Look no more."""
        if self._stat >= 0:
            os.close(self._stat)
            self._stat = -1


def _read(path: str) -> bytes:
    file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        return os.read(file, STAT_BYTES)
    finally:
        os.close(file)


def _read_stat(stat: bytes) -> tuple[bytes, int]:
    """The state's letter and the number of threads: fields 3 and 20; field 2, the name, may hold anything."""
    fields = stat[stat.rindex(b")") + 2 :].split(b" ", 18)
    return fields[0], int(fields[17])
