"""The submission's modules, imported afresh for each actor that a process is."""

import importlib
import importlib.machinery
import os
import sys
import types
import warnings
from collections.abc import Callable
from typing import Any, ClassVar


class Modules:
    """Those that lie under ``root``; whatever else is imported when this is made stays."""

    def __init__(self, root: str) -> None:
        self._root = root
        self._path = list(sys.path)
        self._others = dict(sys.modules)
        sys.path_hooks.insert(0, _find_in(root))

    def load(self, path: str, salt: int) -> types.ModuleType:
        """Import the module in a file, as a process does that has imported none of them yet.

        Texts hash as they do in another process for each ``salt``.
        """
        folder, file = os.path.split(os.path.join(self._root, path))
        sys.path.insert(0, folder)
        module = importlib.import_module(file[: -len(".py")])
        salted = _salted_hash(salt)
        for name in self._own():
            if isinstance(sys.modules[name], types.ModuleType):
                sys.modules[name].__dict__.setdefault("hash", salted)
        return module

    def forget(self) -> None:
        """Be as new: none of the submission's modules is imported."""
        sys.path[:] = self._path
        for name in self._own():
            del sys.modules[name]
        sys.modules.update(self._others)  # what the submission put into another's place

    def _own(self) -> list[str]:
        """The names of the submission's modules that are imported."""
        within, found = self._root + os.sep, []
        for name in sys.modules.keys() - self._others.keys():
            module = sys.modules[name]
            places = (getattr(module, "__file__", None), *getattr(module, "__path__", ()))
            if any(str(place).startswith(within) for place in places):
                found.append(name)
        return found


def _salted_hash(salt: int) -> Callable[[Any], int]:
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
            with warnings.catch_warnings(record=True) as warned:
                code = super().source_to_code(data, path, **more)
            if warned:  # each check's output has them, whichever of the checks comes first in this process
                return super().source_to_code(data, path, **more)
            self._known[key] = code
        return self._known[key]


def _find_in(root: str) -> Callable[[str], Any]:
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
