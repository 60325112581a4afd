"""Runs Valkey in a container of testcontainers, bound to loopback, that goes when the grader goes.

Theory of operation: three things see to it that no container stays behind. The grader removes it at the end,
after Ctrl-C too. A shell holds the read end of a pipe from the grader, and when that closes unannounced, as
by ``kill -9``, runs the sweep, which removes every container whose owner, by its labels, is gone; and so does
each new start. Ryuk, testcontainers' own, watches as well where its image is there or can be pulled.

This module imports testcontainers, 0.3 s; ``opening`` imports it only when a container is wanted.
"""

import shlex
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from docker.errors import DockerException, NotFound
from docker.types import LogConfig, Ulimit
from requests.exceptions import RequestException
from testcontainers.community.valkey import ValkeyContainer
from testcontainers.core.config import ConnectionMode, testcontainers_config
from testcontainers.core.container import DockerContainer

from grader.assignment import Bounds
from grader.errors import GraderError
from grader.owner import labels_of, this_owner
from grader.server.address import Address, Login, Server, ServerFacts
from grader.server.config import LOG_BYTES, OUT_OF_MEMORY, config_lines, most_bytes
from grader.server.readiness import Greeting, greet, pause
from grader.server.rights import make_login
from grader.server.sweep import sweep

PORT = 6379
# From the container's start to its first answer; a cold disk gets this long, in seconds.
START_SECONDS = 30.0
# Of what the engine counts beside the server's own memory, so that it is the server that says no.
BESIDE_MIB = 64
# Nobody in particular, neither root nor the image's own user, whose switch needs root.
USER = "65534:65534"

_GUARD = 'read -r _ || exec "$@"'


@dataclass(frozen=True)
class Container:
    """The server's container, and the shell that watches over it."""

    container: DockerContainer
    guard: subprocess.Popen[bytes]

    def alive(self) -> bool:
        """Whether the server still runs."""
        try:
            wrapped = self.container.get_wrapped_container()
            wrapped.reload()
        except (DockerException, RequestException):
            return False
        return bool(wrapped.status == "running")

    def ran_out_of_memory(self) -> bool:
        """Whether it ended for want of memory: it said so, or the engine ended it."""
        try:
            wrapped = self.container.get_wrapped_container()
            wrapped.reload()
            return bool(wrapped.attrs["State"]["OOMKilled"]) or OUT_OF_MEMORY in b"".join(
                self.container.get_logs()
            )
        except (DockerException, RequestException):
            return False

    def stop(self) -> None:
        """Removes the container and its volumes, and then sends the guard home."""
        try:
            self.container.stop()
        except NotFound:
            pass
        except (DockerException, RequestException) as error:
            raise GraderError(f"The container of Valkey can't be removed: {error}.") from None
        _dismiss(self.guard)


@contextmanager
def open_container(image: str, bounds: Bounds, note: str = "") -> Iterator[Server]:
    """A server in a container of ``image``; raises GraderError where it can't be had."""
    student, admin = make_login("student"), make_login("admin")
    guard = start_guard()
    try:
        container = _make(image, bounds, config_lines(bounds, student, admin))
        host = Container(container, guard)
        try:
            _begin(container, image)
            address, greeting = _wait_until_ready(host, admin)
            facts = ServerFacts("container", greeting.version, image, _digest(container), note)
            yield Server(address, student, admin, facts, host)
        finally:
            host.stop()
    finally:
        _dismiss(guard)


def start_guard() -> subprocess.Popen[bytes]:
    """A shell that sweeps when this process is gone without a word, which only its end can mean."""
    return subprocess.Popen(
        # -P: nothing is imported from the folder that it is started in, which may be a submission.
        ["/bin/sh", "-c", _GUARD, "sh", sys.executable, "-P", "-m", "grader.server.sweep"],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def _dismiss(guard: subprocess.Popen[bytes]) -> None:
    """A word before the pipe closes says that there is nothing to sweep."""
    if guard.stdin is not None and not guard.stdin.closed:
        try:
            guard.stdin.write(b"done\n")
            guard.stdin.close()
        except BrokenPipeError:
            pass
    guard.wait()


def _make(image: str, bounds: Bounds, settings: list[str]) -> DockerContainer:
    try:
        container = ValkeyContainer(image, PORT)
        client = container.get_docker_client().client
        sweep(client)
        testcontainers_config.ryuk_disabled = testcontainers_config.ryuk_disabled or not _has_ryuk(client)
    except (DockerException, RequestException) as error:
        raise GraderError(
            f"No Docker engine answers ({error}): start one, or use --server embedded."
        ) from None
    container.with_command(_command(settings))
    ports: dict[str, Any] = container.ports
    ports[str(PORT)] = ("127.0.0.1", None)  # any free port, on loopback alone
    return container.with_kwargs(
        labels=labels_of(this_owner()),
        user=USER,
        read_only=True,
        cap_drop=["ALL"],
        security_opt=["no-new-privileges"],
        log_config=LogConfig(type="json-file", config={"max-size": str(LOG_BYTES), "max-file": "1"}),
        ulimits=[Ulimit(name="data", soft=most_bytes(bounds), hard=most_bytes(bounds))],
        mem_limit=most_bytes(bounds) + (BESIDE_MIB << 20),
        pids_limit=64,
    )


def _has_ryuk(client: Any) -> bool:
    image = testcontainers_config.ryuk_image
    try:
        client.images.get(image)
    except NotFound:
        try:
            client.images.pull(image)
        except DockerException:
            return False
    return True


def _command(settings: list[str]) -> list[str]:
    """The settings as arguments; they hold no password, only hashes."""
    own = [f"port {PORT}", "protected-mode no", 'logfile ""', "dir /"]
    words = ["valkey-server"]
    for line in [*own, *settings]:
        name, *values = shlex.split(line)
        words += [f"--{name}", *values]
    return words


def _begin(container: DockerContainer, image: str) -> None:
    # The image's own wait asks valkey-cli, which a small image hasn't; ours pings from here.
    container._wait_strategy = None  # noqa: SLF001 - waiting_for() takes no None
    try:
        container.start()
    except (DockerException, RequestException) as error:
        raise GraderError(
            f"No container of the image {image} can be started: {_words(error)} "
            "Pull or build the image, name another with --image, or use --server embedded."
        ) from None


def _words(error: Exception) -> str:
    text = str(getattr(error, "explanation", "") or error).strip()
    return text if text.endswith(".") else f"{text}."


def _addresses(container: DockerContainer) -> list[Address]:
    """Where Valkey may be reached: loopback, and its own address where the grader is in a container too."""
    wrapped = container.get_wrapped_container()
    wrapped.reload()
    network = wrapped.attrs["NetworkSettings"]
    mapped = network["Ports"].get(f"{PORT}/tcp") or ()
    places = [Address(host="127.0.0.1", port=int(binding["HostPort"])) for binding in mapped]
    if container.get_docker_client().get_connection_mode() is not ConnectionMode.docker_host:
        places += [Address(host=one["IPAddress"], port=PORT) for one in network["Networks"].values()]
    return places


def _wait_until_ready(host: Container, admin: Login) -> tuple[Address, Greeting]:
    deadline = time.monotonic() + START_SECONDS
    while True:
        for address in _addresses(host.container):
            greeting = greet(address, admin)
            if greeting is not None:
                return address, greeting
        if not host.alive():
            raise GraderError(f"Valkey ended in its container. {_last_words(host.container)}")
        pause(deadline, "Valkey in its container")


def _last_words(container: DockerContainer) -> str:
    text = b"".join(container.get_logs()).decode(errors="replace").strip()
    return f"Its log ends with: {text.splitlines()[-1]}" if text else "Its log is empty."


def _digest(container: DockerContainer) -> str:
    """The registry's digest of the image, or its id where it came from no registry."""
    image = container.get_wrapped_container().image
    digests = image.attrs.get("RepoDigests") if image is not None else None
    if digests:
        return str(digests[0]).rpartition("@")[2]
    return str(image.id) if image is not None else ""
