"""An actor's process from the inside: answers requests about the student's module, one after the other.

Its protocol is in the docstring of ``worker.py``.
"""

import _thread
import builtins
import datetime
import importlib
import importlib.machinery
import json
import os
import socket
import sys
import threading
import traceback
import types
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import worker_wire as wire

Config = dict[str, Any]
Prepare = Callable[[Config], Any]  # sets the process up for an actor, and gives its client
READ_BYTES = 1 << 16  # at once, of messages that are short as a rule
FRAMES = 30  # of a traceback
MESSAGE_CHARACTERS = 2_000  # of an exception's text


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


def salted_hash(salt: int) -> Callable[[Any], int]:
    """Give ``hash`` as another process has it: here all are forked from one, and texts hash alike in them."""

    def salted(value: Any, /) -> int:
        plain = hash(value)
        return plain ^ salt if isinstance(value, str | bytes | tuple | frozenset) else plain

    salted.__name__ = salted.__qualname__ = "hash"
    return salted


class Loader(importlib.machinery.SourceFileLoader):
    """Compiles a source once for all the actors that a process is, one after the other."""

    _known: ClassVar[dict[tuple[str, bytes], types.CodeType]] = {}

    def source_to_code(self, data: Any, path: Any, **more: Any) -> types.CodeType:  # type: ignore[override]
        """Give the code of a source, as it was compiled before where it is the same."""
        key = (str(path), bytes(data))
        if key not in self._known:
            self._known[key] = super().source_to_code(data, path, **more)
        return self._known[key]


def find_in(root: str) -> Callable[[str], Any]:
    """Give a hook for ``sys.path_hooks`` that finds the submission's modules, and nobody else's."""
    machinery = importlib.machinery
    usual = machinery.FileFinder.path_hook(
        (machinery.ExtensionFileLoader, machinery.EXTENSION_SUFFIXES),
        (Loader, machinery.SOURCE_SUFFIXES),
        (machinery.SourcelessFileLoader, machinery.BYTECODE_SUFFIXES),
    )

    def hook(path: str) -> Any:
        if path != root and not path.startswith(root + os.sep):
            raise ImportError
        return usual(path)

    return hook


class ComputeFailed(Exception):  # noqa: N818 - a student may well print its name
    """What a check's callback raises where no exception of Python or redis-py is asked for."""


class ComputeStopped(BaseException):
    """The same, outside of ``Exception``."""


@dataclass
class Record:
    """An object with attributes, which has a dict of them, as JSON would like it."""

    x: int = 1


# What JSON refuses and no message carries, by how Python writes it.
UNSERIALIZABLE: dict[str, Callable[[], object]] = {
    "object()": object,
    "Record(x=1)": Record,
    "datetime.datetime(2026, 1, 2, 3, 4)": lambda: datetime.datetime(2026, 1, 2, 3, 4),  # noqa: DTZ001 - as it is shown
}


class Actor:
    """One client of the student's code: a process with its client, its module, its objects."""

    def __init__(self, prepare: Prepare, config: Config, calls: Channel, side: Side) -> None:
        self._prepare, self._config, self._calls, self._side = prepare, config, calls, side
        self._encoder = wire.Encoder(config["bounds"]["message_depth"])
        self._objects: dict[str, Any] = {}
        self._pid = os.getpid()
        self._class: Any = None
        self._client: Any = None
        self._path = list(sys.path)
        self._modules = dict(sys.modules)
        sys.path_hooks.insert(0, find_in(config["root"]))

    def serve(self) -> None:
        """Answer requests until the channel closes."""
        while (request := self._calls.receive()) is not None:
            answer = self._answer(request)
            if os.getpid() != self._pid:
                # A method that forked comes back twice; the copy says so, which fails the check.
                self._calls.send({"id": "", "copy": True})
                os._exit(0)
            try:
                self._calls.send(answer)
            except wire.WireError as error:
                self._calls.send({"id": request["id"], "error": self._bound(str(error))})

    def _answer(self, request: Config) -> Config:
        try:
            value = getattr(self, f"_do_{request['do']}")(request)
            return {
                "id": request["id"],
                "value": value if request["do"] in {"together", "row"} else self._encode(value),
            }
        except wire.WireError as error:
            return {"id": request["id"], "error": self._bound(str(error))}
        except BaseException as error:  # noqa: BLE001 - whatever a student raises is their answer, sys.exit too
            return {"id": request["id"], "error": self._describe(error)}

    def _encode(self, value: Any) -> Any:
        return self._encoder.encode(value)

    def _bound(self, text: str) -> Config:
        return {"type": "AnswerTooLarge", "message": text, "bases": [], "frames": []}

    def _do_load(self, request: Config) -> Any:
        self._forget()
        self._client = self._prepare(request["order"])
        folder, file = os.path.split(os.path.join(self._config["root"], request["file"]))
        sys.path.insert(0, folder)
        name = file[: -len(".py")]
        module = importlib.import_module(name)
        salted = salted_hash(request["order"]["seed"])
        for name in self._own_modules():
            if isinstance(sys.modules[name], types.ModuleType):
                sys.modules[name].__dict__.setdefault("hash", salted)
        self._class = getattr(module, request["class"], None)
        return [self._class is not None, callable(self._class)]

    def _forget(self) -> None:
        """Be as new: none of the submission's modules is imported, no object made."""
        self._objects.clear()
        self._class = None
        sys.path[:] = self._path
        for name in self._own_modules():
            del sys.modules[name]
        sys.modules.update(self._modules)  # what the submission put into another's place

    def _own_modules(self) -> list[str]:
        """The names of the submission's modules that are imported."""
        root, found = self._config["root"] + os.sep, []
        for name in sys.modules.keys() - self._modules.keys():
            module = sys.modules[name]
            places = (getattr(module, "__file__", None), *getattr(module, "__path__", ()))
            if any(str(place).startswith(root) for place in places):
                found.append(name)
        return found

    def _do_make(self, request: Config) -> None:
        args, kwargs = self._arguments(request["args"], request["kwargs"])
        self._objects[request["as"]] = self._class(self._client, *args, **kwargs)

    def _do_call(self, request: Config) -> Any:
        return self._call(request["on"], request["method"], request["args"], request["kwargs"])

    def _call(self, on: str, method: str, args: Any, kwargs: Any) -> Any:
        args, kwargs = self._arguments(args, kwargs)
        return getattr(self._objects[on], method)(*args, **kwargs)

    def _do_many(self, request: Config) -> None:
        method = getattr(self._objects[request["on"]], request["method"])
        for args in wire.decode(request["rows"]):
            method(*args)

    def _do_row(self, request: Config) -> list[Config]:
        return [self._answer({"id": "", **step}) for step in request["steps"]]

    def _do_together(self, request: Config) -> Any:
        answers: list[Any] = [None] * len(request["calls"])

        def run(place: int, call: list[Any]) -> None:
            self._side.ask({"gate": place})
            try:
                answers[place] = {"value": self._encode(self._call(*call))}
            except BaseException as error:  # noqa: BLE001 - as in _answer
                answers[place] = {"error": self._describe(error)}

        threads = [threading.Thread(target=run, args=item) for item in enumerate(request["calls"])]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return answers

    def _arguments(self, args: Any, kwargs: Any) -> tuple[list[Any], dict[str, Any]]:
        args, kwargs = wire.decode(args), wire.decode(kwargs)
        return [self._argument(a) for a in args], {key: self._argument(a) for key, a in kwargs.items()}

    def _argument(self, value: Any) -> Any:
        if not isinstance(value, wire.Callback):
            return value
        if value.name.startswith("iterate:"):
            return (item for item in json.loads(value.name[len("iterate:") :]))
        if value.name in UNSERIALIZABLE:
            return UNSERIALIZABLE[value.name]()
        return lambda: self._call_back(value.name)

    def _call_back(self, name: str) -> Any:
        reply = self._side.ask({"callback": name})
        if "raise" not in reply:
            return wire.decode(reply["value"])
        kind, message = reply["raise"]
        ours = {"ComputeFailed": ComputeFailed, "ComputeStopped": ComputeStopped}
        known = {**vars(importlib.import_module("redis.exceptions")), **vars(builtins), **ours}
        raise known.get(kind, ComputeFailed)(message)

    def _describe(self, error: BaseException) -> Config:
        """An exception as data; one that raises where it is only looked at is said to do so."""
        try:
            return self._facts_of(error)
        except BaseException:  # noqa: BLE001 - a metaclass may make a name of anything
            text = "this exception raises another one where it is looked at"
            return {"type": "BaseException", "message": text, "bases": [], "frames": []}

    def _facts_of(self, error: BaseException) -> Config:
        """An exception as data: names by identity, the student's own frames alone."""
        bases = [c.__name__ for c in type(error).__mro__ if getattr(builtins, c.__name__, None) is c]
        try:
            message = str.__str__(str(error))[:MESSAGE_CHARACTERS]
        except BaseException:  # noqa: BLE001 - a student's __str__ may raise anything at all
            message = ""
        return {
            "type": str.__str__(type(error).__name__),
            "module": str.__str__(str(type(error).__module__)),
            "message": message,
            "bases": bases,
            "frames": self._frames(error),
        }

    def _frames(self, error: BaseException) -> list[tuple[str, int, str]]:
        root = self._config["root"] + os.sep
        frames = [
            (f.f_code.co_filename, n, f.f_code.co_name) for f, n in traceback.walk_tb(error.__traceback__)
        ]
        if isinstance(error, SyntaxError) and error.filename:
            frames.append((error.filename, error.lineno or 0, "<module>"))
        mine = [(path[len(root) :], line, name) for path, line, name in frames if path.startswith(root)]
        return mine[:FRAMES]
