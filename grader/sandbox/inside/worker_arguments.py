"""Arguments of a call from the inside: plain data, and what no message can carry."""

import builtins
import datetime
import functools
import importlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import worker_wire as wire


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


class Arguments:
    """Reads arguments; ``ask`` sends a message to the grader and gives its reply."""

    def __init__(self, ask: Callable[[dict[str, Any]], Any]) -> None:
        self._ask = ask

    def read(self, args: Any, kwargs: Any) -> tuple[list[Any], dict[str, Any]]:
        """What a message holds, as the student's code is given it."""
        args, kwargs = wire.decode(args), wire.decode(kwargs)
        return [self._make(a) for a in args], {key: self._make(a) for key, a in kwargs.items()}

    def _make(self, value: Any) -> Any:
        if not isinstance(value, wire.Callback):
            return value
        if value.name.startswith("iterate:"):
            return (item for item in json.loads(value.name[len("iterate:") :]))
        if value.name in UNSERIALIZABLE:
            return UNSERIALIZABLE[value.name]()
        if value.name.startswith(wire.NAMELESS):
            return functools.partial(self._call_back, value.name.removeprefix(wire.NAMELESS))
        return lambda: self._call_back(value.name)

    def _call_back(self, name: str) -> Any:
        reply = self._ask({"callback": name})
        if "raise" not in reply:
            return wire.decode(reply["value"])
        kind, message = reply["raise"]
        ours = {"ComputeFailed": ComputeFailed, "ComputeStopped": ComputeStopped}
        known = {**vars(importlib.import_module("redis.exceptions")), **vars(builtins), **ours}
        raise known.get(kind, ComputeFailed)(message)
