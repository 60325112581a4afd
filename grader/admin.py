"""The grader's own connection to Valkey: one command at a time, with a limit on the wait."""

import select
import socket
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from grader import sockets
from grader.errors import GraderError
from grader.proxy import resp
from grader.server.address import Address, Login

REPLY_SECONDS = 10.0  # a disposable Valkey answers in microseconds; this long means that it hangs
READ_BYTES = 1 << 16  # at once: for more, the C library would ask the kernel for memory each time
# Makes a server forget what was loaded of a kind; each makes Lua anew, which takes a while.
FORGET = {"functions": ("FUNCTION", "FLUSH", "SYNC"), "scripts": ("SCRIPT", "FLUSH", "SYNC")}


class ServerGoneError(GraderError):
    """Valkey closed the connection, can't be reached, or doesn't answer."""


class ServerSilentError(ServerGoneError):
    """Valkey doesn't answer, but is there."""


class ServerBusyError(Exception):
    """Valkey is in a script that runs for too long; only a student's does."""


def connect(address: Address, timeout: float) -> socket.socket:
    """An open socket to a Valkey, on which each call waits at most ``timeout`` seconds."""
    try:
        if address.path:
            sock = socket.socket(socket.AF_UNIX)
            sock.settimeout(timeout)
            sock.connect(address.path)
            return sock
        sock = socket.create_connection((address.host, address.port), timeout)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except OSError as error:
        raise ServerGoneError(f"Valkey can't be reached: {error}") from None
    return sock


class Admin:
    """A logged-in connection; a context manager that closes it."""

    def __init__(self, address: Address, login: Login, timeout: float = REPLY_SECONDS) -> None:
        self._socket = connect(address, timeout)
        self._parser = resp.Parser()
        self.ask("AUTH", login.user, login.password)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection; safe to repeat."""
        self._socket.close()

    @property
    def gone(self) -> bool:
        """True where Valkey has closed the connection."""
        try:
            return bool(
                select.select([self._socket], [], [], 0)[0] and not self._socket.recv(1, socket.MSG_PEEK)
            )
        except OSError:
            return True

    def ask(self, *arguments: str | bytes | float) -> resp.Reply:
        """One command's reply; raises as ``ask_all`` does."""
        return self.ask_all([arguments])[0]

    def ask_all(self, commands: Sequence[tuple[str | bytes | int | float, ...]]) -> list[resp.Reply]:
        """The replies to several commands sent at once; raises ServerGoneError and ServerBusyError.

        And resp.ReplyError for the first that Valkey refuses.
        """
        replies: list[resp.Reply] = []
        try:
            sockets.send_all(self._socket, b"".join(resp.encode(tuple(map(_to_bytes, c))) for c in commands))
            while len(replies) < len(commands):
                data = self._socket.recv(READ_BYTES)
                if not data:
                    raise ServerGoneError("Valkey closed the grader's connection")
                replies += self._parser.feed(data)
        except TimeoutError:
            raise ServerSilentError("Valkey doesn't answer the grader: timed out") from None
        except OSError as error:
            raise ServerGoneError(f"Valkey doesn't answer the grader: {error}") from None
        for reply in replies:
            if isinstance(reply, resp.ReplyError):
                raise ServerBusyError if str(reply).startswith("BUSY ") else reply
        return replies


def _to_bytes(argument: str | bytes | float) -> bytes:
    return argument if isinstance(argument, bytes) else str(argument).encode()
