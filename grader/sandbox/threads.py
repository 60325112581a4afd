"""Whether a process is at rest: each of its threads blocked, and none of them ran while we looked.

On Linux the kernel says so, in ``/proc``. Elsewhere, or where it won't say, a process counts as at rest
when nothing has been heard of it for a moment. One that was forked just now is known when it says hello, and
never at rest before.

A thread that was about to sleep, and lost its processor before it had looked a last time whether there is
something to do, is called asleep like any other; on a busy machine that can last. But it isn't asleep at any
place, so the kernel names none (``wchan`` in proc(5)).
"""

import os
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import Self

SILENCE_SECONDS = 0.005  # without /proc: how long nothing must be heard
STAT_BYTES = 1024
TICKS = os.sysconf("SC_CLK_TCK")  # a second, in /proc's unit
RESTING = b"SZXT"  # sleeping, ended, stopped
ASLEEP = b"S"
NO_PLACE = b"0"
OWN_THREADS = 2  # of a process of the worker's: one for calls, one for the side channel


@dataclass(frozen=True)
class Files:
    """What the kernel tells of one thread, kept open."""

    stat: int
    turns: int  # that it had on a processor: schedstat
    place: int = -1  # where it is asleep: wchan; -1 for a system that has no such file

    @classmethod
    def of(cls, folder: str) -> Self:
        """Open them; raises OSError where the thread is gone."""
        stat = _open(f"{folder}/stat")
        try:
            turns = _open(f"{folder}/schedstat")
        except OSError:
            os.close(stat)
            raise
        try:
            return cls(stat, turns, _open(f"{folder}/wchan"))
        except OSError:
            return cls(stat, turns)

    def close(self) -> None:
        """Close them."""
        for file in (self.stat, self.turns, self.place):
            if file >= 0:
                os.close(file)


class Threads:
    """Looks at one process; a number of 0 means that the system doesn't tell which it is.

    ``expected``: it is yet to say.
    """

    names_places = False  # the kernel did so once; some don't, or not for everybody

    def __init__(self, pid: int, *, expected: bool = False) -> None:
        self._pid = pid
        self._expected = expected
        self._main: Files | None = None
        self._stirred = time.monotonic()
        self._rested = False  # when last looked at, and nothing has stirred it since
        self._side_stirred = True
        self.listens = False  # it has a thread for the side channel
        self._files: list[Files] = []  # of each thread, where there are several
        self.count = 1  # threads, when last looked at
        self.cpu_seconds = 0.0  # used by all of them, when last looked at
        if pid:
            with suppress(OSError):
                self._main = Files.of(f"/proc/{pid}")

    @property
    def known(self) -> bool:
        """True where the system tells."""
        return self._main is not None

    @property
    def stirred(self) -> bool:
        """True where something came from the process, or was sent to it, since it was seen at rest."""
        return not self._rested

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
        if self._main is None:
            return not self._expected and time.monotonic() - self._stirred > SILENCE_SECONDS
        try:
            state, count, self.cpu_seconds = _read_stat(os.pread(self._main.stat, STAT_BYTES, 0))
            if count != self.count:
                self._forget()
                self.count = count
            if not self._rests(state, self._main):
                return False
        except OSError:
            return True  # it is gone
        lone = count == 1 or (count == OWN_THREADS and self.listens and not self._side_stirred)
        if not lone and self._all_at_rest():
            self._side_stirred, lone = False, True
        return lone

    def _is_asleep(self, files: Files) -> bool:
        # Where the kernel names a place, the thread is asleep there, and its state needn't be asked for.
        if Threads.names_places and files.place >= 0 and os.pread(files.place, STAT_BYTES, 0) != NO_PLACE:
            return True
        return self._rests(_read_stat(os.pread(files.stat, STAT_BYTES, 0))[0], files)

    def _rests(self, state: bytes, files: Files) -> bool:
        if state != ASLEEP or files.place < 0:
            return state in RESTING
        named = os.pread(files.place, STAT_BYTES, 0) != NO_PLACE
        Threads.names_places = Threads.names_places or named
        return named or not Threads.names_places

    def _all_at_rest(self) -> bool:
        """Each thread was blocked all the while from a first look at all of them to a second.

        It was so where it was blocked at both, and had no turn on a processor from before the one until after
        the other. One that another thread woke, before that one blocked, waits for its turn at the second.
        """
        try:
            if not self._files:
                self._find()
            turns = []
            for thread in self._files:
                turns.append(os.pread(thread.turns, STAT_BYTES, 0))
                if not self._is_asleep(thread):
                    return False
            return all(map(self._still_sleeps, self._files, turns))
        except OSError:
            self._forget()  # a thread ended while we looked
            return False

    def _still_sleeps(self, thread: Files, turns: bytes) -> bool:
        return self._is_asleep(thread) and os.pread(thread.turns, STAT_BYTES, 0) == turns

    def _find(self) -> None:
        folder = f"/proc/{self._pid}/task"
        for thread in os.listdir(folder):  # noqa: PTH208 - many times a second
            self._files.append(Files.of(f"{folder}/{thread}"))

    def _forget(self) -> None:
        for files in self._files:
            files.close()
        self._files.clear()

    def close(self) -> None:
        """Look no more."""
        self._forget()
        if self._main is not None:
            self._main.close()
            self._main = None


def _open(path: str) -> int:
    return os.open(path, os.O_RDONLY | os.O_CLOEXEC)


def _read_stat(stat: bytes) -> tuple[bytes, int, float]:
    """The state's letter, the number of threads, and the seconds of processor time.

    Fields 3, 20, and 14 with 15 in proc(5); field 2, the name, may hold anything.
    """
    fields = stat[stat.rindex(b")") + 2 :].split(b" ", 18)
    return fields[0], int(fields[17]), (int(fields[11]) + int(fields[12])) / TICKS
