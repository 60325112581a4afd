"""Exceptions as data: names by identity, the student's own frames alone, and nothing that can run."""

import builtins
import os
import traceback
from typing import Any

FRAMES = 30  # of a traceback
MESSAGE_CHARACTERS = 2_000  # of an exception's text


def describe(error: BaseException, root: str) -> dict[str, Any]:
    """An exception; one that raises where it is only looked at is said to do so.

    ``root`` is the submission's folder. Gives ``type``, ``module``, ``message``, ``bases`` (of Python's own)
    and ``frames``: file, line and function.
    """
    try:
        return _facts_of(error, root)
    except BaseException:  # noqa: BLE001 - a metaclass may make a name of anything
        return bare("BaseException", "this exception raises another one where it is looked at")


def bare(kind: str, message: str) -> dict[str, Any]:
    """An exception of which no more is known."""
    return {"type": kind, "message": message, "bases": [], "frames": []}


def _facts_of(error: BaseException, root: str) -> dict[str, Any]:
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
        "frames": _frames(error, root + os.sep),
    }


def _frames(error: BaseException, within: str) -> list[tuple[str, int, str]]:
    frames = [(f.f_code.co_filename, n, f.f_code.co_name) for f, n in traceback.walk_tb(error.__traceback__)]
    if isinstance(error, SyntaxError) and error.filename:
        frames.append((error.filename, error.lineno or 0, "<module>"))
    mine = [(path[len(within) :], line, name) for path, line, name in frames if path.startswith(within)]
    return mine[:FRAMES]
