"""Opens the server that was asked for."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from grader.assignment import Bounds
from grader.errors import UsageError
from grader.server.address import Server
from grader.server.embedded import open_embedded


@contextmanager
def open_server(choice: str, folder: Path, bounds: Bounds, image: str = "") -> Iterator[Server]:
    """A disposable Valkey in the private ``folder``; ``choice`` is auto, container or embedded."""
    del image
    if choice not in {"auto", "embedded"}:
        raise UsageError(f"--server is auto, container or embedded, not {choice!r}.")
    with open_embedded(folder, bounds) as server:
        yield server
