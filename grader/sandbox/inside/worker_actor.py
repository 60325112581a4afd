"""An actor's process from the inside: answers requests about the student's module, one after the other.

Its protocol is in the docstring of ``worker.py``.
"""

import os
import threading
from collections.abc import Callable
from typing import Any

import worker_errors
import worker_wire as wire
from worker_arguments import Arguments
from worker_channel import Channel, Side
from worker_modules import Modules

Config = dict[str, Any]
Prepare = Callable[[Config], Any]  # sets the process up for an actor, and gives its client


class Actor:
    """One client of the student's code: a process with its client, its module, its objects."""

    def __init__(
        self, prepare: Prepare, config: Config, calls: Channel, side: Side, modules: Modules
    ) -> None:
        self._prepare, self._calls, self._side, self._modules = prepare, calls, side, modules
        self._root = config["root"]
        self._encoder = wire.Encoder(config["bounds"]["message_depth"])
        self._read_arguments = Arguments(side.ask).read
        self._objects: dict[str, Any] = {}
        self._past: list[Any] = []
        self._pid = os.getpid()
        self._class: Any = None
        self._client: Any = None

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
                self._calls.send({"id": request["id"], "error": _too_large(error)})

    def _answer(self, request: Config) -> Config:
        try:
            value = getattr(self, f"_do_{request['do']}")(request)
            return {
                "id": request["id"],
                "value": value if request["do"] in {"together", "row"} else self._encode(value),
            }
        except wire.WireError as error:
            return {"id": request["id"], "error": _too_large(error)}
        except BaseException as error:  # noqa: BLE001 - whatever a student raises is their answer, sys.exit too
            return {"id": request["id"], "error": self._describe(error)}

    def _encode(self, value: Any) -> Any:
        return self._encoder.encode(value)

    def _describe(self, error: BaseException) -> Config:
        described: Config = worker_errors.describe(error, self._root)
        return described

    def _do_load(self, request: Config) -> Any:
        # Nobody calls what ends an object in a process that was killed, which this one seems to have been.
        self._past += [one for one in self._objects.values() if _has_end(one)]
        self._objects.clear()
        self._class = None
        self._modules.forget()
        self._client = self._prepare(request["order"])
        module = self._modules.load(request["file"], request["order"]["seed"])
        self._class = getattr(module, request["class"], None)
        return [self._class is not None, callable(self._class)]

    def _do_make(self, request: Config) -> None:
        args, kwargs = self._read_arguments(request["args"], request["kwargs"])
        self._objects[request["as"]] = self._class(self._client, *args, **kwargs)

    def _do_call(self, request: Config) -> Any:
        return self._call(request["on"], request["method"], request["args"], request["kwargs"])

    def _call(self, on: str, method: str, args: Any, kwargs: Any) -> Any:
        args, kwargs = self._read_arguments(args, kwargs)
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


def _has_end(one: object) -> bool:
    return any("__del__" in vars(kind) for kind in type(one).__mro__)


def _too_large(error: wire.WireError) -> Config:
    described: Config = worker_errors.bare("AnswerTooLarge", str(error))
    return described
