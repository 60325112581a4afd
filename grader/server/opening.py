"""Opens the server that was asked for: a container where one can be had, else the embedded one."""

import importlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from grader.assignment import Bounds
from grader.engine import can_pull, probe_engine
from grader.errors import GraderError, UsageError
from grader.server.address import Server
from grader.server.embedded import open_embedded

# The one place where the image is pinned; an option and this environment variable override it.
IMAGE = "valkey/valkey:9.1.2"
IMAGE_VARIABLE = "VALKEY_GRADER_IMAGE"

CHOICES = ("auto", "container", "embedded")


@contextmanager
def open_server(choice: str, folder: Path, bounds: Bounds, image: str = "") -> Iterator[Server]:
    """A disposable Valkey; ``folder``, private and existing, takes what the embedded one needs on disk."""
    if choice not in CHOICES:
        raise UsageError(f"--server is auto, container or embedded, not {choice!r}.")
    image = image_in_use(image)
    note = ""
    if choice == "auto":
        choice, note = choose_server(image)
    if choice == "container":
        engine = probe_engine(image)
        if not (engine.answers or engine.elsewhere):
            raise GraderError(f"{engine.problem} Start one, or use --server embedded.")
        # Imported here and not above: testcontainers costs 0.3 s, and most runs need no container.
        container = importlib.import_module("grader.server.container")
        with container.open_container(image, bounds, note) as server:
            yield server
    else:
        with open_embedded(folder, bounds, note) as server:
            yield server


def image_in_use(image: str = "") -> str:
    """The image: the one given, else the environment's, else the pinned one."""
    return image or os.environ.get(IMAGE_VARIABLE, "") or IMAGE


def choose_server(image: str) -> tuple[str, str]:
    """What ``auto`` takes, and a sentence that says why."""
    engine = probe_engine(image)
    if engine.has_image:
        return "container", f"A Docker engine answers and has the image {image}: Valkey runs in a container."
    if engine.answers and can_pull(image):
        return (
            "container",
            f"A Docker engine answers and pulls the image {image}: Valkey runs in a container.",
        )
    why = f"{engine.problem.removesuffix('.')}, and can't pull it." if engine.answers else engine.problem
    return "embedded", f"{why} The embedded Valkey serves instead."
