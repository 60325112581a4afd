"""Waits until a server answers a ping, and asks what it is; by hand, for importing redis-py costs 0.1 s."""

import re
import socket
import time
from dataclasses import dataclass

from grader.errors import GraderError
from grader.server.address import Address, Login

# Between two tries, in seconds; a server starts in about 10 ms.
POLL_SECONDS = 0.001
# For one answer, in seconds.
ANSWER_SECONDS = 5.0

_ANSWERED = re.compile(rb"\+OK\r\n\+PONG\r\n\$(\d+)\r\n")
_REFUSED = re.compile(rb"(\+[A-Z]+\r\n)*-")  # still loading, say


@dataclass(frozen=True)
class Greeting:
    """What the server says of itself."""

    version: str
    pid: int  # in its own PID namespace


def greet(address: Address, admin: Login) -> Greeting | None:
    """The server's greeting, or None where it isn't ready yet."""
    try:
        with connect(address) as connection:
            connection.sendall(f"AUTH {admin.user} {admin.password}\r\nPING\r\nINFO server\r\n".encode())
            return _read_greeting(connection)
    except OSError:
        return None


def connect(address: Address) -> socket.socket:
    """A connected socket; raises OSError where nothing listens."""
    if not address.path:
        return socket.create_connection((address.host, address.port), ANSWER_SECONDS)
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.settimeout(ANSWER_SECONDS)
    try:
        connection.connect(address.path)
    except OSError:
        connection.close()
        raise
    return connection


def pause(deadline: float, what: str) -> None:
    """Waits for the next try; past ``deadline`` (of time.monotonic) raises GraderError about ``what``."""
    if time.monotonic() > deadline:
        raise GraderError(f"{what} did not answer a ping in time.")
    time.sleep(POLL_SECONDS)


def _read_greeting(connection: socket.socket) -> Greeting | None:
    answer = b""
    while not _is_whole(answer):
        part = connection.recv(65536)
        answer += part
        if not part or _REFUSED.match(answer):
            return None
    version = _field(answer, b"valkey_version") or _field(answer, b"redis_version")
    return Greeting(version.decode(), int(_field(answer, b"process_id") or 0))


def _is_whole(answer: bytes) -> bool:
    """Whether INFO's one bulk string, the last of the three replies, has arrived in full."""
    head = _ANSWERED.match(answer)
    return head is not None and len(answer) >= head.end() + int(head[1]) + 2


def _field(answer: bytes, name: bytes) -> bytes:
    found = re.search(rb"\r\n" + name + rb":([^\r\n]*)", answer)
    return found[1] if found else b""
