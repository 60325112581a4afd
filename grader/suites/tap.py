"""Listens to everything that Valkey executes, inside scripts and functions too, by its own MONITOR."""

import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from grader.admin import READ_BYTES, ServerGoneError, connect
from grader.clock import SHIFT
from grader.proxy import resp
from grader.proxy.server_time import OFFSET_KEY
from grader.server.address import Address, Login

REPLY_SECONDS = 5.0
_LINE = re.compile(rb"^[\d.]+ \[(?P<database>\d+) (?P<source>[^\]]*)\] (?P<words>.*)$", re.DOTALL)
_WORD = re.compile(rb'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_ESCAPE = re.compile(rb"\\(x[0-9a-fA-F]{2}|.)", re.DOTALL)
_MOVE = (b"EVAL", SHIFT.encode())
_ASK = (b"GET", OFFSET_KEY.encode())
_PLAIN = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"a": b"\a", b"b": b"\b"}


@dataclass(frozen=True)
class Executed:
    """One command that Valkey executed."""

    command: resp.Command
    in_script: bool


class TapClosedError(Exception):
    """Valkey closed the connection: it is gone, or had more to tell than it keeps for one client."""


class Tap:
    """An open MONITOR; a context manager. Nobody but the student's code and the grader is on the server."""

    def __init__(self, address: Address, login: Login) -> None:
        self._socket = connect(address, REPLY_SECONDS)
        self._parser = resp.Parser()
        self._lines: list[bytes] = []
        for command in ((b"AUTH", login.user.encode(), login.password.encode()), (b"MONITOR",)):
            self._socket.sendall(resp.encode(command))
            self._read()
        self._lines.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._socket.close()

    def _read(self) -> None:
        try:
            data = self._socket.recv(READ_BYTES)
        except OSError as error:
            raise ServerGoneError(f"Valkey stopped telling what it executes: {error}") from None
        if not data:
            raise TapClosedError
        self._lines += [_bytes(value) for value in self._parser.feed(data)]

    def collect(self, mark: "Mark") -> list[Executed]:
        """Everything executed since the last time, up to the mark, which was sent after all of it."""
        token = mark.token.encode()
        while not any(token in line for line in self._lines):
            self._read()
        end = next(place for place, line in enumerate(self._lines) if token in line)
        lines, self._lines = self._lines[:end], self._lines[end + 1 :]
        found = [executed for line in lines if (executed := parse_line(line)) is not None]
        return list(_without_ours(found))


@dataclass(frozen=True)
class Mark:
    """A word that can't be in anybody's data."""

    token: str

    @classmethod
    def new(cls) -> "Mark":
        """A fresh one."""
        return cls(secrets.token_hex(16))


def _bytes(value: resp.Reply) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()


def parse_line(line: bytes) -> Executed | None:
    """One line of MONITOR; None for what is no command."""
    found = _LINE.match(line)
    if found is None:
        return None
    words = tuple(_ESCAPE.sub(_unescape, word) for word in _WORD.findall(found["words"]))
    return Executed(words, found["source"] == b"lua") if words else None


def _unescape(found: re.Match[bytes]) -> bytes:
    what = found[1]
    if what.startswith(b"x") and len(what) > 1:
        return bytes([int(what[1:], 16)])
    return _PLAIN.get(what, what)


def _without_ours(found: list[Executed]) -> Iterator[Executed]:
    # The script that moves the clock (see grader.clock), and the prelude that puts scripts on it.
    # Both are known by their very words: a student's command that only mentions the clock's key is theirs.
    moving = False
    for executed in found:
        if not executed.in_script:
            moving = executed.command[:2] == _MOVE
        asking = executed.in_script and (executed.command == _ASK or resp.name(executed.command) == "SELECT")
        if not moving and not asking:
            yield executed
