"""An actor's two sockets from the inside: one for requests and answers, one for what its threads ask.

Their protocol is in the docstring of ``worker.py``.
"""

import _thread
import os
import socket
from typing import Any

import worker_wire as wire

Config = dict[str, Any]
READ_BYTES = 1 << 16  # at once, of messages that are short as a rule


class Channel:
    """One socket that carries messages."""

    def __init__(self, sock: socket.socket, bounds: Config) -> None:
        self._socket = sock
        self._limit = bounds["message_mib"] << 20
        self._lock = _thread.allocate_lock()
        self._unread = bytearray()

    def send(self, message: object) -> None:
        """Send a message; raises wire.WireError where it is too large."""
        data = wire.pack(message, self._limit)
        with self._lock:
            self._socket.sendall(data)

    def receive(self) -> Any:
        """The next message; None at the end."""
        header = self._read(wire.HEADER.size)
        return wire.unpack(self._read(*wire.HEADER.unpack(header))) if header else None

    def _read(self, size: int) -> bytes:
        while len(self._unread) < size:
            part = self._socket.recv(max(size, READ_BYTES))
            if not part:
                return b""
            self._unread += part
        data = bytes(self._unread[:size])
        del self._unread[:size]
        return data


class Side:
    """What any thread may ask the grader while a call is on: to be woken, to have a callback answered."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._lock = _thread.allocate_lock()
        self._number = 0
        self._listens = False
        self._waiting: dict[int, Any] = {}
        self._replies: dict[int, Any] = {}

    def hello(self) -> None:
        """Tell the grader which process this is: the kernel adds the number to the message."""
        self._channel.send({"hello": True})

    def _listen(self) -> None:
        while (message := self._channel.receive()) is not None:
            with self._lock:
                lock = self._waiting.pop(message["to"], None)
                if lock is not None and "reply" in message:
                    self._replies[message["to"]] = message["reply"]
            if lock is not None:
                try:
                    lock.release()
                except RuntimeError:
                    pass  # notified in the same moment
        os._exit(0)

    def _register(self, lock: Any, message: Config) -> int:
        with self._lock:
            self._number += 1
            number = self._number
            self._waiting[number] = lock
            if not self._listens:
                self._listens = True
                # Outside of ``threading``, so that no student's code finds the thread; and no sooner, for
                # the grader watches a process of one thread at less cost.
                _thread.start_new_thread(self._listen, ())
        self._channel.send({"ask": number, **message})
        return number

    def _is_alone(self) -> bool:
        """True where there is no other thread, so that whatever comes is for who asks."""
        return not self._listens and _thread._count() == 0

    def _ask_alone(self, message: Config) -> Any:
        """Ask, and read the reply without the listener: a thread less to wake."""
        self._number += 1
        number = self._number
        self._channel.send({"ask": number, "alone": True, **message})
        while number not in self._replies:
            reply = self._channel.receive()
            if reply is None:
                os._exit(0)
            # For another number where a signal's handler asks while one waits.
            self._replies[reply["to"]] = reply.get("reply")
        return self._replies.pop(number)

    def sleep_until(self, deadline: int) -> None:
        """Return at a virtual moment, in nanoseconds."""
        if self._is_alone():
            self._ask_alone({"until": deadline})
            return
        lock = _thread.allocate_lock()
        lock.acquire()
        self._register(lock, {"until": deadline})
        lock.acquire()

    def wait_until(self, deadline: int, lock: Any) -> int:
        """Have ``lock`` released at a virtual moment, in nanoseconds; returns the wait's number."""
        return self._register(lock, {"until": deadline})

    def cancel(self, number: int) -> bool:
        """End a wait: True where it was still on."""
        with self._lock:
            on = self._waiting.pop(number, None) is not None
        if on:
            self._channel.send({"cancel": number})
        return on

    def ask(self, message: Config) -> Any:
        """A callback's reply."""
        if self._is_alone():
            return self._ask_alone(message)
        lock = _thread.allocate_lock()
        lock.acquire()
        number = self._register(lock, message)
        lock.acquire()
        return self._replies.pop(number)
