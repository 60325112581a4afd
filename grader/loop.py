"""One wait for everything that talks: no threads, so what happens happens in one order."""

import select
import socket
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Protocol, Self

Ready = Callable[[], None]

FINEST_SECONDS = 0.001  # that epoll can wait for


class _Poll(Protocol):
    """Says which descriptors can be read."""

    def register(self, descriptor: int, /) -> None:
        """Ask about this one, too."""

    def unregister(self, descriptor: int, /) -> None:
        """Ask about it no longer."""

    def ready(self, timeout: float, /) -> list[int]:
        """Those that can be read within ``timeout`` seconds."""

    def close(self) -> None:
        """Ask no more."""


class _Epoll:
    """Linux's: to ask it takes a fraction of a microsecond however many there are."""

    def __init__(self) -> None:
        self._epoll = select.epoll()

    def register(self, descriptor: int, /) -> None:
        self._epoll.register(descriptor, select.EPOLLIN)

    def unregister(self, descriptor: int, /) -> None:
        with suppress(FileNotFoundError):  # a forked process shares this one, and has done so before
            self._epoll.unregister(descriptor)

    def ready(self, timeout: float, /) -> list[int]:
        if 0 < timeout < FINEST_SECONDS:
            select.select((self._epoll.fileno(),), (), (), timeout)
            timeout = 0
        return [descriptor for descriptor, _ in self._epoll.poll(timeout)]

    def close(self) -> None:
        self._epoll.close()


class _Select:
    """Everybody's."""

    def __init__(self) -> None:
        self._descriptors: list[int] = []
        self.register = self._descriptors.append
        self.unregister = self._descriptors.remove
        self.close = self._descriptors.clear

    def ready(self, timeout: float, /) -> list[int]:
        return select.select(self._descriptors, (), (), timeout)[0]


class Loop:
    """Calls back whoever has something to read; a context manager that forgets everybody."""

    def __init__(self) -> None:
        self._poll: _Poll = _Epoll() if hasattr(select, "epoll") else _Select()
        self._ready: dict[int, Ready] = {}  # by descriptor

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ready.clear()
        self._poll.close()

    def watch(self, source: socket.socket | int, ready: Ready) -> None:
        """Call ``ready`` at each turn in which ``source`` can be read."""
        descriptor = _descriptor(source)
        if descriptor in self._ready:
            raise ValueError(f"descriptor {descriptor} is watched already")
        self._ready[descriptor] = ready
        self._poll.register(descriptor)

    def forget(self, source: socket.socket | int) -> None:
        """Watch ``source`` no longer; call it before closing."""
        descriptor = _descriptor(source)
        del self._ready[descriptor]
        self._poll.unregister(descriptor)

    def turn(self, timeout: float) -> bool:
        """Wait up to ``timeout`` seconds (0: not at all) and serve who is ready; False where nobody was.

        Of several, who has been watched for longer comes first.
        """
        found = self._poll.ready(timeout)
        if len(found) == 1:
            self._ready[found[0]]()
        elif found:
            self._serve(set(found))
        return bool(found)

    def _serve(self, found: set[int]) -> None:
        for descriptor, ready in [entry for entry in self._ready.items() if entry[0] in found]:
            # One that was served earlier in this turn may have closed this one.
            if self._ready.get(descriptor) is ready:
                ready()


def _descriptor(source: socket.socket | int) -> int:
    return source if isinstance(source, int) else source.fileno()
