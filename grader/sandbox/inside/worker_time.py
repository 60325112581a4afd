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
import select
import selectors
import struct
import threading
import time
import weakref
from collections.abc import Callable
from typing import Any

TICK = 1_000  # nanoseconds that each look at a clock takes, so that no two looks are the same
IN_VAIN = 20  # waits for a message in a row, after which each lasts as long as LISTENS at the least
LISTENS = 0.1  # seconds
READABLE = 1  # select.POLLIN, and EPOLLIN, which not every system has
NAPS, NAP = 200, 0.005  # a thread's shorter sleeps in a row, after which each lasts so many seconds

_real_sleep = time.sleep
_real_wait = threading.Condition.wait
_real_join = threading.Thread.join
_real_plain_select = select.select
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
        self._monotonic, self._wall = monotonic, wall

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
    @classmethod
    def today(cls) -> datetime.date:
        return cls.fromtimestamp(time.time())


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
    datetime.datetime, datetime.date = _Datetime, _Date
    threading.Condition.wait = _condition_wait
    threading.Thread.join = _join
    select.select = staticmethod(_plain_select)
    _install_in_selectors()
    threading._time = queue.time = time.monotonic
    # The one in C waits by itself; this one waits on a Condition.
    queue.SimpleQueue = queue._PySimpleQueue
    os.register_at_fork(after_in_child=_forget)


class _Bell:
    """Looks like a taken lock to who wakes; can be selected on. A context manager: one timed wait."""

    def __init__(self, seconds: float) -> None:
        self.source, self._sink = os.pipe()
        self._number = clock.register(clock.deadline(seconds), self)

    def release(self) -> None:
        os.write(self._sink, b"!")

    def __enter__(self) -> int:
        return self.source

    def __exit__(self, *_: object) -> None:
        if not clock.cancel(self._number):
            os.read(self.source, 1)  # it rings or is about to: nobody writes to it once it is closed
        os.close(self.source)
        os.close(self._sink)


def _wait_readable(sock: Any, seconds: float) -> bool:
    """Return when there is something to read, or virtual time ran out: then False."""
    with _Bell(seconds) as bell:
        return sock in _real_plain_select([sock, bell], [], [])[0]


def _install_in_selectors() -> None:
    """Give every kind of selector that this system has a ``select`` that waits on the virtual clock."""
    for name in ("SelectSelector", "PollSelector", "EpollSelector", "KqueueSelector"):
        if kind := getattr(selectors, name, None):
            kind.select = _virtual_select(kind.select)
    for name, a_second in (("poll", 1_000), ("epoll", 1)):
        if kind := getattr(select, name, None):
            setattr(select, name, _virtual_poll(kind, a_second))


def _virtual_select(real_select: Callable[..., Any]) -> Callable[..., Any]:
    """A selector's ``select``, which is asyncio's wait too, with its time-out on the virtual clock."""

    def select(self: Any, timeout: float | None = None) -> list[Any]:
        if timeout is None or timeout <= 0 or not clock.virtual:
            return real_select(self, timeout)
        with _Bell(timeout) as bell:
            self.register(bell, selectors.EVENT_READ)
            try:
                return [ready for ready in real_select(self, None) if ready[0].fd != bell]
            finally:
                self.unregister(bell)

    return select


def _virtual_poll(real: Any, a_second: int) -> type:
    """A class like ``select.poll`` or ``select.epoll``, which count ``a_second`` each in their own unit."""

    class Poll:
        def __init__(self, *arguments: Any, **named: Any) -> None:
            self._real = real(*arguments, **named)

        def __getattr__(self, name: str) -> Any:
            return getattr(self._real, name)

        def __enter__(self) -> Any:
            self._real.__enter__()
            return self

        def __exit__(self, *error: object) -> None:
            self._real.__exit__(*error)

        def poll(self, timeout: float | None = None, **most: int) -> list[tuple[int, int]]:
            if timeout is None or timeout <= 0 or not clock.virtual:
                return self._real.poll(timeout, **most)
            with _Bell(timeout / a_second) as bell:
                self._real.register(bell, READABLE)
                try:
                    return [ready for ready in self._real.poll(None, **most) if ready[0] != bell]
                finally:
                    self._real.unregister(bell)

    Poll.__name__ = Poll.__qualname__ = real.__name__
    return Poll


def _plain_select(
    readers: Any, writers: Any, others: Any, timeout: float | None = None
) -> tuple[list[Any], list[Any], list[Any]]:
    """``select.select`` with its time-out on the virtual clock; without anything to wait for, a sleep."""
    if timeout is None or timeout <= 0 or not clock.virtual:
        return _real_plain_select(readers, writers, others, timeout)
    with _Bell(timeout) as bell:
        ready, writable, odd = _real_plain_select([*readers, bell], writers, others)
        return [one for one in ready if one != bell], writable, odd


def install_in_redis(parsers: Any) -> None:
    """Make redis-py's reads with a time-out of their own, as pub/sub has them, wait on the virtual clock.

    Its parser in Python reads through ``SocketBuffer``; the one around hiredis looks first, then reads.
    """
    buffer, parser = parsers.socket.SocketBuffer, parsers.hiredis._HiredisParser
    buffer._read_from_socket = _read_virtually(buffer._read_from_socket)
    parser.read_from_socket = _read_virtually(parser.read_from_socket)
    real_can_read = parsers.hiredis._socket_can_read

    def can_read(sock: Any, timeout: float | None) -> bool:
        return bool(real_can_read(sock, _waited(sock, timeout)))

    parsers.hiredis._socket_can_read = can_read


def _read_virtually(read: Callable[..., Any]) -> Callable[..., Any]:
    """The same method, which is given its ``timeout`` by name."""

    def wait_and_read(self: Any, *arguments: Any, **named: Any) -> Any:
        if "timeout" in named:
            named["timeout"] = _waited(self._sock, named["timeout"])
        return read(self, *arguments, **named)

    return wait_and_read


def _waited(sock: Any, timeout: Any) -> Any:
    """What is left of a time-out once the virtual clock was waited for: nothing, where there was one."""
    if not (clock.virtual and isinstance(timeout, int | float) and timeout > 0):
        return timeout
    # Who listens for a millisecond at a time, for hours, costs a real moment each time; and a message that
    # comes ends a longer wait too.
    in_vain = _in_vain.get(sock, 0)
    heard = _wait_readable(sock, timeout if in_vain < IN_VAIN else max(timeout, LISTENS))
    _in_vain[sock] = 0 if heard else in_vain + 1
    return 0


_in_vain: weakref.WeakKeyDictionary[Any, int] = weakref.WeakKeyDictionary()  # waits in a row, by socket


_real_clock_gettime_ns = time.clock_gettime_ns


def _clock_gettime_ns(clk: int) -> int:
    if clk == time.CLOCK_REALTIME:
        return clock.wall_ns()
    if clk == time.CLOCK_MONOTONIC:
        return clock.monotonic_ns()
    return _real_clock_gettime_ns(clk)


def _forget() -> None:
    clock.register = None


def shared_file_content(nanoseconds: int) -> bytes:
    """What the grader writes into the file."""
    return struct.pack("=q", nanoseconds)
