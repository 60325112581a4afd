"""One select() for everything that talks: no threads, so what happens happens in one order."""

import select
import socket
from collections.abc import Callable
from types import TracebackType
from typing import Self

Ready = Callable[[], None]


class Loop:
    """Calls back whoever has something to read; a context manager that forgets everybody."""

    def __init__(self) -> None:
        # select() alone has a time-out finer than a millisecond, and a check has some twenty sources.
        self._ready: dict[int, Ready] = {}  # by descriptor
        self._watched: list[int] = []  # the same descriptors, as select() takes them

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ready.clear()
        self._watched.clear()

    def watch(self, source: socket.socket | int, ready: Ready) -> None:
        """Call ``ready`` at each turn in which ``source`` can be read."""
        descriptor = _descriptor(source)
        if descriptor in self._ready:
            raise ValueError(f"descriptor {descriptor} is watched already")
        self._ready[descriptor] = ready
        self._watched.append(descriptor)

    def forget(self, source: socket.socket | int) -> None:
        """Watch ``source`` no longer; call it before closing."""
        descriptor = _descriptor(source)
        del self._ready[descriptor]
        self._watched.remove(descriptor)

    def turn(self, timeout: float) -> bool:
        """Wait up to ``timeout`` seconds (0: not at all) and serve who is ready; False where nobody was."""
        found = select.select(self._watched, (), (), timeout)[0]
        served = [(descriptor, self._ready[descriptor]) for descriptor in found]
        for descriptor, ready in served:
            # One that was served earlier in this turn may have closed this one.
            if self._ready.get(descriptor) is ready:
                ready()
        return bool(found)


def _descriptor(source: socket.socket | int) -> int:
    return source if isinstance(source, int) else source.fileno()
