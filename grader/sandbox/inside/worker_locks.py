"""Locks whose timed ``acquire`` waits on the virtual clock; those of ``threading`` wait in C, for real.

Theory of operation. Whoever waits with a time-out leaves a bell, which is rung by the first ``release`` after
that, or by the clock. Who hears it tries again: a bell promises nothing, it only says that it's worth a look.
"""

# It replaces parts of the standard library, which mypy rightly calls odd.
# mypy: disable-error-code="assignment, misc, no-any-return"

import _thread
import threading
from typing import Any

import worker_time


class Lock:
    """As ``threading.Lock`` makes them."""

    def __init__(self) -> None:
        self._lock = _thread.allocate_lock()
        self._bells: list[Any] = []

    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:
        """Take it; False where it wasn't free in time."""
        if not (blocking and 0 < timeout <= _thread.TIMEOUT_MAX and worker_time.clock.virtual):
            return self._lock.acquire(blocking, timeout)
        deadline = worker_time.clock.deadline(timeout)
        while not self._lock.acquire(False):
            if not self._wait_until(deadline):
                return self._lock.acquire(False)
        return True

    def _wait_until(self, deadline: int) -> bool:
        """Wait until it is worth a look; False where virtual time ran out first."""
        bell = _thread.allocate_lock()
        bell.acquire()
        self._bells.append(bell)
        if not self._lock.locked():  # released before the bell was there
            self._bells.remove(bell)
            return True
        heard = worker_time.clock.wait_until(deadline, bell)
        if not heard and bell in self._bells:
            self._bells.remove(bell)
        return heard

    def release(self) -> None:
        """Give it back; RuntimeError where nobody has it."""
        self._lock.release()
        if self._bells:
            try:
                self._bells.pop(0).release()
            except (IndexError, RuntimeError):
                pass  # its time ran out in the same moment

    def locked(self) -> bool:
        """Whether somebody has it."""
        return self._lock.locked()

    def __enter__(self) -> bool:
        return self._lock.acquire()

    def __exit__(self, *_: object) -> None:
        self.release()

    def _at_fork_reinit(self) -> None:
        self.__init__()

    def __repr__(self) -> str:
        return repr(self._lock)


class RLock(threading._RLock):
    """As ``threading.RLock`` makes them."""

    def __init__(self) -> None:
        super().__init__()
        self._block = Lock()


def install() -> None:
    """Replace them for whoever makes one from now on; those of redis-py's clients stay in C."""
    threading.Lock, threading.RLock = Lock, RLock
