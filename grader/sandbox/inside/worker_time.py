"""Virtual time inside the worker: clocks read a shared file, timed waits are registered with the grader.

Theory of operation. The grader keeps the virtual time, in nanoseconds since the check began, in eight
bytes of a file that every process of the worker maps. Clocks read it. Whoever waits with a time-out
(``time.sleep``, conditions and all that is built on them) registers the moment with the grader over the
side channel and blocks on a lock; the grader wakes it when virtual time gets there. A wait that ends
early, because another thread notified it, is cancelled. In a process that the student's code forked there
is no side channel, and waits are real.
"""

# It replaces parts of the standard library, which mypy rightly calls odd.
# mypy: disable-error-code="attr-defined, override, assignment, misc, method-assign, no-any-return"

import _thread
import datetime
import mmap
import os
import queue
import struct
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

TICK = 1_000  # nanoseconds that each look at a clock takes, so that no two looks are the same
NAPS, NAP = 200, 0.005  # a thread's shorter sleeps in a row, after which each lasts so many seconds

_real_sleep = time.sleep
_real_wait = threading.Condition.wait
_real_join = threading.Thread.join
_real_datetime = datetime.datetime
_real_date = datetime.date


class Clock:
    """The virtual clock as one process sees it."""

    def __init__(self) -> None:
        self._now: Any = None
        self._ticks = 0
        self._monotonic = 0
        self._wall = 0
        self.register: Callable[[int, Any], int] | None = None
        self.cancel: Callable[[int], bool] | None = None
        self.sleep_until: Callable[[int], None] | None = None

    def map(self, path: str) -> None:
        """Read the time from the file at ``path``, once for all processes that are forked later."""
        with open(path, "rb") as file:
            self._now = memoryview(mmap.mmap(file.fileno(), 8, prot=mmap.PROT_READ)).cast("q")

    def begin(self, monotonic: int, wall: int) -> None:
        """Count from these moments, in nanoseconds."""
        self._monotonic, self._wall, self._ticks = monotonic, wall, 0

    def _elapsed(self) -> int:
        self._ticks += TICK
        return self._now[0] + self._ticks

    def monotonic_ns(self) -> int:
        """Give virtual time as time.monotonic_ns does."""
        return self._monotonic + self._elapsed()

    def wall_ns(self) -> int:
        """Give virtual time as time.time_ns does."""
        return self._wall + self._elapsed()

    def wait(self, lock: Any, seconds: float) -> bool:
        """Block on ``lock``, which is taken; False where virtual time ran out first."""
        return self.wait_until(self.deadline(seconds), lock)

    def deadline(self, seconds: float) -> int:
        """The moment, in virtual nanoseconds, that is so far away."""
        # It leaves the ticks out: when two callers wake doesn't depend on how often each looked.
        return self._now[0] + int(seconds * 1e9)

    def wait_until(self, deadline: int, lock: Any) -> bool:
        """As ``wait``, until a moment."""
        number = self.register(deadline, lock)
        lock.acquire()
        return self.cancel(number)

    @property
    def virtual(self) -> bool:
        """True where waits can be registered."""
        return self.register is not None


clock = Clock()


def _sleep(seconds: float) -> None:
    if not clock.virtual or not seconds > 0:
        _real_sleep(seconds)  # raises for what isn't a number, or is negative
        return
    clock.sleep_until(clock.deadline(_long_enough(seconds)))


_naps = threading.local()


def _long_enough(seconds: float) -> float:
    """How long a sleep lasts, which may be longer than asked for, as on any machine.

    Who looks up each millisecond, for ten seconds, costs a real moment each time.
    """
    _naps.taken = getattr(_naps, "taken", 0) + 1 if seconds < NAP else 0
    return NAP if _naps.taken > NAPS else seconds


def _condition_wait(self: threading.Condition, timeout: float | None = None) -> bool:
    """``threading.Condition.wait`` with its time-out on the virtual clock."""
    if timeout is None or timeout <= 0 or not clock.virtual:
        return _real_wait(self, timeout)
    if not self._is_owned():
        raise RuntimeError("cannot wait on un-acquired lock")
    waiter = _thread.allocate_lock()
    waiter.acquire()
    self._waiters.append(waiter)
    saved = self._release_save()
    notified = False
    try:
        notified = clock.wait(waiter, timeout)
        return notified
    finally:
        self._acquire_restore(saved)
        if not notified and waiter in self._waiters:
            self._waiters.remove(waiter)


def _join(self: threading.Thread, timeout: float | None = None) -> None:
    """``threading.Thread.join`` with its time-out on the virtual clock."""
    if timeout is None or not clock.virtual:
        _real_join(self, timeout)
        return
    _join_at_once(self)
    if timeout <= 0:
        return
    waiters = _watch_end(self)
    lock = _thread.allocate_lock()
    lock.acquire()
    waiters.append(lock)
    if self.is_alive():
        clock.wait(lock, timeout)
    waiters.remove(lock)
    _join_at_once(self)


def _join_at_once(thread: threading.Thread) -> None:
    """Join a thread if it has ended; raises where it can't be joined."""
    # To join a living one with a time-out of 0 is to sleep for a moment, from Python 3.13 on: to the grader
    # it looks as if this process waited for something.
    if thread is threading.current_thread() or not thread.is_alive():
        _real_join(thread, 0)


def _watch_end(thread: threading.Thread) -> list[Any]:
    """A list of locks that are released when the thread ends; one real wait serves all who join it."""
    fresh: list[Any] = []
    waiters = thread.__dict__.setdefault("_waiters", fresh)
    if waiters is fresh:
        _thread.start_new_thread(_release_at_end, (thread, waiters))
    return waiters


def _release_at_end(thread: threading.Thread, waiters: list[Any]) -> None:
    _waiting_for(thread)()
    for lock in list(waiters):
        try:
            lock.release()
        except RuntimeError:
            pass  # its time ran out in the same moment


def _waiting_for(thread: threading.Thread) -> Callable[[], Any]:
    """What returns when a thread has ended: another thing up to Python 3.12, up to 3.13.3, and from then on.

    Thread.join would make who waits known to ``threading``, where a student's code could find it.
    """
    if hasattr(thread, "_wait_for_tstate_lock"):
        return thread._wait_for_tstate_lock
    handle = thread._os_thread_handle if hasattr(thread, "_os_thread_handle") else thread._handle
    return handle.join


class _InstanceOf(type):
    """Lets a datetime that C code made count as one of ours."""

    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, cls.__mro__[1])

    def __subclasscheck__(cls, other: type) -> bool:
        return issubclass(other, cls.__mro__[1])


class _Datetime(_real_datetime, metaclass=_InstanceOf):
    __module__, __qualname__ = "datetime", "datetime"  # as it is shown, and found by pickle

    @classmethod
    def now(cls, tz: datetime.tzinfo | None = None) -> datetime.datetime:
        return cls.fromtimestamp(time.time(), tz)

    @classmethod
    def utcnow(cls) -> datetime.datetime:
        return cls.fromtimestamp(time.time(), datetime.UTC).replace(tzinfo=None)

    @classmethod
    def today(cls) -> datetime.datetime:
        return cls.fromtimestamp(time.time())


class _Date(_real_date, metaclass=_InstanceOf):
    __module__, __qualname__ = "datetime", "date"

    @classmethod
    def today(cls) -> datetime.date:
        return cls.fromtimestamp(time.time())


_Datetime.__name__, _Date.__name__ = "datetime", "date"


def _without_argument(function: Callable[..., Any], place: int = 0) -> Callable[..., Any]:
    """A function of ``time`` that takes the present where its argument is left out."""

    def call(*arguments: Any) -> Any:
        if len(arguments) <= place or arguments[place] is None:
            present = time.time() if function.__name__ in _SECONDS else time.localtime()
            return function(*arguments[:place], present)
        return function(*arguments)

    return call


_SECONDS = {"gmtime", "localtime", "ctime"}


def install() -> None:
    """Replace every clock and timed wait; before anything imports them by name."""
    # Those in C don't bind: as an attribute of a class, which logging's own converter is, they are given no
    # self. A function of Python's would be.
    for name in ("gmtime", "localtime", "ctime", "asctime"):
        setattr(time, name, staticmethod(_without_argument(getattr(time, name))))
    time.strftime = staticmethod(_without_argument(time.strftime, 1))
    clocks = {"time": clock.wall_ns, "monotonic": clock.monotonic_ns, "perf_counter": clock.monotonic_ns}
    for name, nanoseconds in clocks.items():
        setattr(time, name, staticmethod(lambda nanoseconds=nanoseconds: nanoseconds() / 1e9))
        setattr(time, f"{name}_ns", nanoseconds)
    time.clock_gettime_ns = staticmethod(_clock_gettime_ns)
    time.clock_gettime = staticmethod(lambda clk: _clock_gettime_ns(clk) / 1e9)
    time.sleep = staticmethod(_sleep)
    os.times = _times
    datetime.datetime, datetime.date = _Datetime, _Date
    threading.Condition.wait = _condition_wait
    threading.Thread.join = _join
    threading._time = queue.time = time.monotonic
    # The one in C waits by itself; this one waits on a Condition.
    queue.SimpleQueue = queue._PySimpleQueue
    os.register_at_fork(after_in_child=_forget)


_real_clock_gettime_ns = time.clock_gettime_ns
_real_times = os.times
# By number, for Python has no name for some, and no system has all of them: those of Linux that count only
# coarsely (5, 6), are for alarms (8, 9), are never set (4), or go on while the machine is asleep (7).
_LINUX = sys.platform == "linux"
_WALL = {time.CLOCK_REALTIME, *((5, 8) if _LINUX else ())}
_MONOTONIC = {time.CLOCK_MONOTONIC, *((4, 6, 7, 9) if _LINUX else ())}
_ATOMIC = 11  # leap seconds ahead of the wall clock, where anybody told the machine of them


def _clock_gettime_ns(clk: int) -> int:
    if clk in _WALL:
        return clock.wall_ns()
    if clk in _MONOTONIC:
        return clock.monotonic_ns()
    if clk == _ATOMIC and _LINUX:
        real = _real_clock_gettime_ns(time.CLOCK_REALTIME)
        return clock.wall_ns() + round(_real_clock_gettime_ns(clk) - real, -9)
    return _real_clock_gettime_ns(clk)


def _times() -> os.times_result:
    return os.times_result((*_real_times()[:4], clock.monotonic_ns() / 1e9))


def _forget() -> None:
    clock.register = None


def shared_file_content(nanoseconds: int) -> bytes:
    """What the grader writes into the file."""
    return struct.pack("=q", nanoseconds)
