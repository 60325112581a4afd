"""Whether a process is at rest: each of its threads blocked, and none of them ran while we looked.

On Linux the kernel says so, in ``/proc``. Elsewhere, or where it won't say, a process counts as at rest
when nothing has been heard of it for a moment. One that was forked just now is known when it says hello, and
never at rest before.
"""

import os
import time

SILENCE_SECONDS = 0.005  # without /proc: how long nothing must be heard
STAT_BYTES = 1024
TICKS = os.sysconf("SC_CLK_TCK")  # a second, in /proc's unit
RESTING = b"SZXT"  # sleeping, ended, stopped
OWN_THREADS = 2  # of a process of the worker's: one for calls, one for the side channel


class Threads:
    """Looks at one process; a number of 0 means that the system doesn't tell which it is.

    ``expected``: it is yet to say.
    """

    def __init__(self, pid: int, *, expected: bool = False) -> None:
        self._pid = pid
        self._expected = expected
        self._stat = -1
        self._stirred = time.monotonic()
        self._rested = False  # when last looked at, and nothing has stirred it since
        self._side_stirred = True
        self.listens = False  # it has a thread for the side channel
        self._files: dict[str, tuple[int, int]] = {}  # thread -> its stat and schedstat, kept open
        self.count = 1  # threads, when last looked at
        self.cpu_seconds = 0.0  # used by all of them, when last looked at
        if pid:
            try:
                self._stat = _open(f"/proc/{pid}/stat")
            except OSError:
                self._pid = 0

    @property
    def known(self) -> bool:
        """True where the system tells."""
        return self._stat >= 0

    def stir(self, *, side: bool = False) -> None:
        """Something came from the process, or was sent to it: whoever was at rest may be so no more.

        ``side``: it went to the side channel, so that channel's thread runs as well.
        """
        self._stirred = time.monotonic()
        self._rested = False
        self._side_stirred = self._side_stirred or side

    def at_rest(self) -> bool:
        """True where no thread can run before something from outside, or a real timer, wakes it."""
        self._rested = self._rested or self.look()
        return self._rested

    def look(self) -> bool:
        """The same, looked at anew."""
        if self._stat < 0:
            return not self._expected and time.monotonic() - self._stirred > SILENCE_SECONDS
        try:
            state, count, self.cpu_seconds = _read_stat(os.pread(self._stat, STAT_BYTES, 0))
        except OSError:
            return True  # it is gone
        if count != self.count:
            self._forget()
            self.count = count
        if state not in RESTING:
            return False
        lone = count == 1 or (count == OWN_THREADS and self.listens and not self._side_stirred)
        if not lone and self._all_at_rest():
            self._side_stirred, lone = False, True
        return lone

    def _all_at_rest(self) -> bool:
        """Each thread is blocked, and had no turn on a processor while we looked from one to the next."""
        try:
            if not self._files:
                self._find()
            turns = [os.pread(sched, STAT_BYTES, 0) for _, sched in self._files.values()]
            for stat, _ in self._files.values():
                if _read_stat(os.pread(stat, STAT_BYTES, 0))[0] not in RESTING:
                    return False
            return turns == [os.pread(sched, STAT_BYTES, 0) for _, sched in self._files.values()]
        except OSError:
            self._forget()  # a thread ended while we looked
            return False

    def _find(self) -> None:
        folder = f"/proc/{self._pid}/task"
        for thread in os.listdir(folder):  # noqa: PTH208 - many times a second
            self._files[thread] = (_open(f"{folder}/{thread}/stat"), _open(f"{folder}/{thread}/schedstat"))

    def _forget(self) -> None:
        for files in self._files.values():
            for file in files:
                os.close(file)
        self._files.clear()

    def close(self) -> None:
        """Look no more."""
        self._forget()
        if self._stat >= 0:
            os.close(self._stat)
            self._stat = -1


def _open(path: str) -> int:
    return os.open(path, os.O_RDONLY | os.O_CLOEXEC)


def _read_stat(stat: bytes) -> tuple[bytes, int, float]:
    """The state's letter, the number of threads, and the seconds of processor time.

    Fields 3, 20, and 14 with 15 in proc(5); field 2, the name, may hold anything.
    """
    fields = stat[stat.rindex(b")") + 2 :].split(b" ", 18)
    return fields[0], int(fields[17]), (int(fields[11]) + int(fields[12])) / TICKS
