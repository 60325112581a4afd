"""Reads and writes on sockets with a time-out: those of ``socket`` ask the kernel first whether they may.

That is a system call more for each, and whoever reads what a loop found readable has asked before.
"""

import os
import socket


def receive(sock: socket.socket, size: int) -> bytes:
    """Up to ``size`` bytes of what is there, none at the end; raises OSError, also where nothing is there."""
    return os.read(sock.fileno(), size)


def send_all(sock: socket.socket, data: bytes) -> None:
    """Send all of it, waiting where the other end is slow; raises OSError, also where it is too slow."""
    try:
        sent = os.write(sock.fileno(), data)
    except BlockingIOError:
        sent = 0
    if sent < len(data):
        sock.sendall(data[sent:])
