"""The submission's modules, imported afresh for each actor that a process is."""

import importlib
import importlib.machinery
import os
import sys
import types
import warnings
from collections.abc import Callable
from typing import Any, ClassVar

# What neither Python nor redis-py has imported, but the worker: a helper module may be called so.
OURS = frozenset({"decimal", "fractions", "mmap", "numbers", "resource"})


class Modules:
    """Those that lie under ``root``; ``others`` are imported already, and stay.

    Whoever looks through all of these writes to each, for Python counts who refers to it, and in a process
    that was forked copies the page it lies on. So nobody does before there is something to forget.
    """

    def __init__(self, root: str, others: dict[str, types.ModuleType]) -> None:
        self._root = root
        self._path = list(sys.path)
        self._others = others
        self._loaded = False
        sys.path_hooks.insert(0, _find_in(root))

    def load(self, path: str, salt: int) -> types.ModuleType:
        """Import the module in a file, as a process does that has imported none of them yet.

        Texts hash as they do in another process for each ``salt``.
        """
        folder, file = os.path.split(os.path.join(self._root, path))
        sys.path.insert(0, folder)
        for name in OURS.intersection(_modules_in(folder)):
            sys.modules.pop(name, None)
        self._loaded = True
        Loader.salted_hash = _salted_hash(salt)
        return importlib.import_module(file[: -len(".py")])

    def forget(self) -> None:
        """Be as new: none of the submission's modules is imported."""
        if not self._loaded:
            return
        sys.path[:] = self._path
        for name in self._own():
            del sys.modules[name]
        sys.modules.update(self._others)  # what the submission put into another's place

    def _own(self) -> list[str]:
        """The names of the submission's modules that are imported."""
        return [name for name in sys.modules.keys() - self._others.keys() if self._is_own(sys.modules[name])]

    def _is_own(self, module: object) -> bool:
        """Whether it lies in the submission or was made by it, such as an object in a module's place."""
        spec = _spec_of(module)
        if spec is None:
            return True
        places = (spec.origin, *(spec.submodule_search_locations or ()))
        return any(str(place).startswith(self._root + os.sep) for place in places)


def _modules_in(folder: str) -> set[str]:
    """The names of the modules and packages in a folder."""
    return {name.removesuffix(".py") for name in os.listdir(folder)}


def _spec_of(module: object) -> importlib.machinery.ModuleSpec | None:
    # Not by its attributes: a module's own __getattr__ may give anything.
    spec = vars(module).get("__spec__") if isinstance(module, types.ModuleType) else None
    return spec if isinstance(spec, importlib.machinery.ModuleSpec) else None


def _salted_hash(salt: int) -> Callable[[Any], int]:
    """Give ``hash`` as another process has it: here all are forked from one, and texts hash alike in them."""

    def salted(value: Any, /) -> int:
        plain = hash(value)
        return plain ^ salt if isinstance(value, str | bytes | tuple | frozenset) else plain

    salted.__name__ = salted.__qualname__ = "hash"
    salted.__doc__ = hash.__doc__
    return salted


class Loader(importlib.machinery.SourceFileLoader):
    """Compiles a source once for all the actors that a process is, one after the other."""

    _known: ClassVar[dict[tuple[str, bytes], tuple[types.CodeType, bool]]] = {}
    salted_hash: ClassVar[Callable[[Any], int]] = hash  # for each module that has a use for it
    _module: types.ModuleType | None = None

    def exec_module(self, module: types.ModuleType) -> None:
        """Run the module's code."""
        self._module = module
        super().exec_module(module)

    def source_to_code(self, data: Any, path: Any, **more: Any) -> types.CodeType:  # type: ignore[override]
        """Give the code of a source, as it was compiled before where it is the same."""
        key = (str(path), bytes(data))
        known = self._known.get(key)
        if known is None:
            with warnings.catch_warnings(record=True) as warned:
                code = super().source_to_code(data, path, **more)
            known = code, _names_hash(code)
            if warned:  # each check's output has them, whichever of the checks comes first in this process
                super().source_to_code(data, path, **more)
            else:
                self._known[key] = known
        code, hashes = known
        if hashes and self._module is not None:
            vars(self._module)["hash"] = Loader.salted_hash
        return code


def _names_hash(code: types.CodeType) -> bool:
    inner = (part for part in code.co_consts if isinstance(part, types.CodeType))
    return "hash" in code.co_names or any(map(_names_hash, inner))


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
