"""Asks a Docker engine, in a few milliseconds, whether it answers and has an image; without docker-py.

Importing testcontainers and docker-py costs 0.3 s, which nobody pays who has no engine.
"""

import os
import socket
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

# Where an engine of this machine listens, unless DOCKER_HOST says otherwise.
SOCKETS = ("/var/run/docker.sock", "~/.docker/run/docker.sock", "$XDG_RUNTIME_DIR/docker.sock")

# An engine answers at once or not at all; for its first words on a pull it asks a registry. In seconds.
ANSWER_SECONDS = 2.0
PULL_SECONDS = 3.0

OK, NOT_FOUND = 200, 404


@dataclass(frozen=True)
class Engine:
    """What is known of this machine's Docker engine."""

    answers: bool
    has_image: bool = False
    elsewhere: bool = False  # DOCKER_HOST names another machine, which is not asked here
    problem: str = ""  # a sentence, where it can't be used


def probe_engine(image: str) -> Engine:
    """Whether an engine on this machine answers, and whether it has the image."""
    path = _socket_path()
    if not path and os.environ.get("DOCKER_HOST"):
        return Engine(answers=False, elsewhere=True, problem="The Docker engine is on another machine.")
    if not path:
        return Engine(answers=False, problem="No Docker engine was found on this machine.")
    try:
        status = _ask(path, "GET", f"/images/{quote(image)}/json", ANSWER_SECONDS)[0]
    except OSError as error:
        return Engine(answers=False, problem=f"No Docker engine answers ({error.strerror or error}).")
    if status == OK:
        return Engine(answers=True, has_image=True)
    if status == NOT_FOUND:
        return Engine(answers=True, problem=f"The Docker engine hasn't the image {image}.")
    return Engine(answers=False, problem=f"The Docker engine refuses to answer (status {status}).")


def can_pull(image: str) -> bool:
    """Whether the engine begins to pull the image; it goes on by itself, and whoever needs it waits then."""
    name, _, tag = image.rpartition(":")
    query = (
        f"/images/create?fromImage={quote(name or image, safe='/')}&tag={quote(tag if name else 'latest')}"
    )
    try:
        status, body = _ask(_socket_path(), "POST", query, PULL_SECONDS)
    except OSError:
        return False
    return status == OK and b'"error"' not in body


def _socket_path() -> str:
    """The engine's unix socket; '' where there is none, or where DOCKER_HOST names another machine."""
    host = os.environ.get("DOCKER_HOST", "")
    if host:
        return host.removeprefix("unix://") if host.startswith("unix://") else ""
    found = (os.path.expanduser(os.path.expandvars(path)) for path in SOCKETS)  # noqa: PTH111 - texts
    return next((path for path in found if Path(path).is_socket()), "")


def _ask(path: str, method: str, target: str, seconds: float) -> tuple[int, bytes]:
    """The status and the first words of an answer; raises OSError."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(seconds)
        connection.connect(path)
        connection.sendall(
            f"{method} {target} HTTP/1.1\r\nHost: docker\r\nConnection: close\r\n\r\n".encode()
        )
        answer = connection.recv(4096)
        head, _, body = answer.partition(b"\r\n\r\n")
        words = head.split(None, 2)
        if len(words) < 2 or not words[1].isdigit():  # noqa: PLR2004 - HTTP/1.1 200
            raise ConnectionError("it doesn't speak HTTP")
        return int(words[1]), body or connection.recv(4096)
