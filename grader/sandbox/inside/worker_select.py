"""Waits for descriptors, in select, poll, epoll, selectors and redis-py: with time-outs on the virtual clock.

Theory of operation. A bell is a pipe that the clock writes to. It is waited for beside what was asked for,
without any time-out, and left out of what is given back.
"""

# It replaces parts of the standard library, which mypy rightly calls odd.
# mypy: disable-error-code="assignment, misc, no-any-return"

import os
import select
import selectors
import weakref
from collections.abc import Callable
from typing import Any

import worker_time

IN_VAIN = 20  # waits for a message in a row, after which each lasts as long as LISTENS at the least
LISTENS = 0.1  # seconds
READABLE = 1  # select.POLLIN, and EPOLLIN, which not every system has

_real_plain_select = select.select


def install() -> None:
    """Replace every way to wait for descriptors that this system has; before anything imports one by name."""
    select.select = staticmethod(_plain_select)
    for name in ("SelectSelector", "PollSelector", "EpollSelector", "KqueueSelector"):
        if kind := getattr(selectors, name, None):
            kind.select = _virtual_select(kind.select)
    for name, a_second in (("poll", 1_000), ("epoll", 1)):
        if kind := getattr(select, name, None):
            setattr(select, name, _virtual_poll(kind, a_second))


class _Bell:
    """Looks like a taken lock to who wakes; can be selected on. A context manager: one timed wait."""

    def __init__(self, seconds: float) -> None:
        self.source, self._sink = os.pipe()
        self._number = worker_time.clock.register(worker_time.clock.deadline(seconds), self)

    def release(self) -> None:
        os.write(self._sink, b"!")

    def __enter__(self) -> int:
        return self.source

    def __exit__(self, *_: object) -> None:
        if not worker_time.clock.cancel(self._number):
            os.read(self.source, 1)  # it rings or is about to: nobody writes to it once it is closed
        os.close(self.source)
        os.close(self._sink)


def _wait_readable(sock: Any, seconds: float) -> bool:
    """Return when there is something to read, or virtual time ran out: then False."""
    with _Bell(seconds) as bell:
        return sock in _real_plain_select([sock, bell], [], [])[0]


def _virtual_select(real_select: Callable[..., Any]) -> Callable[..., Any]:
    """A selector's ``select``, which is asyncio's wait too, with its time-out on the virtual clock."""

    def select(self: Any, timeout: float | None = None) -> list[Any]:
        if timeout is None or timeout <= 0 or not worker_time.clock.virtual:
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
            if timeout is None or timeout <= 0 or not worker_time.clock.virtual:
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
    if timeout is None or timeout <= 0 or not worker_time.clock.virtual:
        return _real_plain_select(readers, writers, others, timeout)
    with _Bell(timeout) as bell:
        ready, writable, odd = _real_plain_select([*readers, bell], writers, others)
        return [one for one in ready if one != bell], writable, odd


def install_in_redis(parsers: Any, usual: float | None) -> None:
    """Make redis-py's reads with a time-out of their own, as pub/sub has them, wait on the virtual clock.

    So do those on a connection of the student's own with another time-out than the ``usual`` one.
    Its parser in Python reads through ``SocketBuffer``; the one around hiredis looks first, then reads.
    """
    buffer, parser = parsers.socket.SocketBuffer, parsers.hiredis._HiredisParser
    buffer._read_from_socket = _read_virtually(buffer._read_from_socket, "socket_timeout", usual)
    parser.read_from_socket = _read_virtually(parser.read_from_socket, "_socket_timeout", usual)
    real_can_read = parsers.hiredis._socket_can_read

    def can_read(sock: Any, timeout: float | None) -> bool:
        return bool(real_can_read(sock, _waited(sock, timeout)))

    parsers.hiredis._socket_can_read = can_read


def _read_virtually(read: Callable[..., Any], attribute: str, usual: float | None) -> Callable[..., Any]:
    """The same method, which is given its ``timeout`` by name.

    A connection whose ``attribute`` is not the ``usual`` time-out was made to give up waiting by it.
    The others are spared the trouble, which each of their reads would have.
    """

    def wait_and_read(self: Any, *arguments: Any, **named: Any) -> Any:
        timeout = named.get("timeout", self)
        if timeout is None or isinstance(timeout, int | float):
            named["timeout"] = _waited(self._sock, timeout)
        elif (own := getattr(self, attribute)) != usual and _ran_out(self._sock, own):
            named["timeout"] = 0
        return read(self, *arguments, **named)

    return wait_and_read


def _waited(sock: Any, timeout: Any) -> Any:
    """What is left of a time-out once the virtual clock was waited for: nothing, where there was one."""
    if not (worker_time.clock.virtual and isinstance(timeout, int | float) and timeout > 0):
        return timeout
    # Who listens for a millisecond at a time, for hours, costs a real moment each time; and a message that
    # comes ends a longer wait too.
    in_vain = _in_vain.get(sock, 0)
    heard = _wait_readable(sock, timeout if in_vain < IN_VAIN else max(timeout, LISTENS))
    _in_vain[sock] = 0 if heard else in_vain + 1
    return 0


def _ran_out(sock: Any, seconds: Any) -> bool:
    """Wait on the virtual clock for something to read: True where the time-out came first."""
    return bool(worker_time.clock.virtual and seconds) and not _wait_readable(sock, seconds)


_in_vain: weakref.WeakKeyDictionary[Any, int] = weakref.WeakKeyDictionary()  # waits in a row, by socket
