"""The grader's end of one channel to a worker's process: messages both ways, never waiting on a read."""

import array
import socket
import struct
from typing import Any

from grader import sockets
from grader.sandbox.inside import worker_wire as wire

READ_BYTES = 1 << 16  # at once: for more, the C library would ask the kernel for memory each time
SEND_SECONDS = 2.0  # how long a process may refuse to take a message
_CREDENTIALS = struct.Struct("3i")


class Channel:
    """Feeds on what is there and gives whole messages; remembers the number of the process that sent them."""

    def __init__(self, sock: socket.socket, limit: int) -> None:
        sock.settimeout(SEND_SECONDS)
        self.socket = sock
        self.closed = False
        self.sender = 0  # the process's number as this machine sees it; 0 where the system doesn't tell
        self._asks_for_sender = False
        self._limit = limit
        self._buffer = bytearray()

    def ask_for_sender(self) -> None:
        """Have the kernel say who sends, where it can."""
        if hasattr(socket, "SO_PASSCRED"):
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
            self._asks_for_sender = True

    def send(self, message: object, descriptors: list[int] | None = None) -> bool:
        """Send a message, with descriptors along where given; False where the other end is gone or stuck."""
        data = wire.pack(message, self._limit)
        try:
            if descriptors:
                sent = self.socket.sendmsg(
                    [data], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", descriptors))]
                )
                data = data[sent:]
            sockets.send_all(self.socket, data)
        except OSError:
            self.closed = True
            return False
        return True

    def receive(self) -> list[Any]:
        """The messages that are whole now; raises wire.WireError for what is none, or too large."""
        try:
            data = self._read()
        except OSError:
            data = b""
        self.closed = self.closed or not data
        self._buffer += data
        return self._take()

    def _read(self) -> bytes:
        if not self._asks_for_sender:
            return sockets.receive(self.socket, READ_BYTES)
        data, ancillary, _, _ = self.socket.recvmsg(READ_BYTES, socket.CMSG_LEN(_CREDENTIALS.size))
        for level, kind, content in ancillary:
            if level == socket.SOL_SOCKET and kind == getattr(socket, "SCM_CREDENTIALS", None):
                self.sender = _CREDENTIALS.unpack(content)[0]
        return data

    def _take(self) -> list[Any]:
        messages = []
        while len(self._buffer) >= wire.HEADER.size:
            (size,) = wire.HEADER.unpack_from(self._buffer)
            if size > self._limit:
                raise wire.WireError(f"an answer of {size} bytes is larger than the {self._limit} allowed")
            end = wire.HEADER.size + size
            if len(self._buffer) < end:
                break
            messages.append(wire.unpack(bytes(self._buffer[wire.HEADER.size : end])))
            del self._buffer[:end]
        return messages

    def close(self) -> None:
        """Close this end; safe to repeat."""
        self.closed = True
        self.socket.close()
