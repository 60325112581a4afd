"""One writer at a time: two runs in one folder would take each other's half-written files away."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from grader.errors import UsageError


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """UsageError where another command is at work in the folder; the lock goes when its process does."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        held = os.open(folder, os.O_RDONLY)
    except OSError as error:
        raise UsageError(f"{folder} can't be written: {error.strerror}. Choose another with --out.") from None
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(held)
        raise UsageError(f"Another command is at work in {folder}: wait until it has ended.") from None
    try:
        yield
    finally:
        os.close(held)
