"""Writes files so that a reader, or a run that was killed, finds the old content or the new, never half."""

import os
import secrets
from pathlib import Path

from grader.errors import GraderError, UsageError


def write_atomically(path: Path, content: bytes) -> None:
    """Write beside the file, then take its place; raises GraderError where the folder can't be written."""
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with beside.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise GraderError(f"{path} can't be written: {error.strerror}.") from None


def make_folder(path: Path) -> Path:
    """The folder, made with all above it; UsageError where that can't be."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"The folder {path} can't be written: {error.strerror}. Choose another.") from None
    return path
