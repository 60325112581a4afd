"""What a disposable Valkey is to the rest of the grader: where it listens, who may log in, what it is."""

from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True)
class Address:
    """Where the server listens: a unix socket's path, or a loopback host and port."""

    path: str = ""
    host: str = ""
    port: int = 0


@dataclass(frozen=True)
class Login:
    """One ACL user of the server; the password is random and lives as long as the server."""

    user: str
    password: str = field(repr=False)


@dataclass(frozen=True)
class ServerFacts:
    """What the results say about the server."""

    kind: str  # "embedded" or "container"
    version: str  # "9.1.2"
    image: str = ""
    image_digest: str = ""
    note: str = ""  # a sentence: why --server auto took this one


class Host(Protocol):
    """What the server runs in: a process of ours or a container."""

    def alive(self) -> bool:
        """Whether the server still runs."""

    def ran_out_of_memory(self) -> bool:
        """Of one that has ended: whether for want of memory."""

    def stop(self) -> None:
        """Ends the server; a second call does nothing."""


@dataclass(frozen=True)
class Server:
    """A running, empty, disposable Valkey."""

    address: Address
    student: Login
    admin: Login
    facts: ServerFacts
    host: Host
    pid: int = 0  # of the embedded server's process; 0 in a container

    def alive(self) -> bool:
        """Whether the server still runs."""
        return self.host.alive()

    def ran_out_of_memory(self) -> bool:
        """Of one that has ended: whether for want of memory, of which only a student's commands use much."""
        return self.host.ran_out_of_memory()

    def stop(self) -> None:
        """Ends the server; a second call does nothing."""
        self.host.stop()
