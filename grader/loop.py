"""One selector for everything that talks: no threads, so what happens happens in one order."""

import selectors
import socket
from collections.abc import Callable
from types import TracebackType
from typing import Self

Ready = Callable[[], None]


class Loop:
    """Calls back whoever has something to read; a context manager that closes the selector."""

    def __init__(self) -> None:
        # select() alone has a time-out finer than a millisecond, and a check has some twenty sources.
        self._selector = selectors.SelectSelector()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._selector.close()

    def watch(self, source: socket.socket | int, ready: Ready) -> None:
        """Call ``ready`` at each turn in which ``source`` can be read."""
        self._selector.register(source, selectors.EVENT_READ, ready)

    def forget(self, source: socket.socket | int) -> None:
        """Watch ``source`` no longer; call it before closing."""
        self._selector.unregister(source)

    def turn(self, timeout: float) -> bool:
        """Wait up to ``timeout`` seconds (0: not at all) and serve who is ready; False where nobody was."""
        events = self._selector.select(timeout)
        for key, _ in events:
            # One that was served earlier in this turn may have closed this one.
            if self._selector.get_map().get(key.fd) is key:
                key.data()
        return bool(events)
