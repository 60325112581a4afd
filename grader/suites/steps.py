"""Tells what commands do to keys, and in how many steps a call wrote: only more than one can be parted."""

from functools import lru_cache

from grader.admin import Admin
from grader.proxy import resp
from grader.proxy.recording import Recording, Sent

# These run the student's own code on the server: they may write, and say nothing of it.
PROGRAMS = frozenset({"EVAL", "EVALSHA", "FCALL"})


@lru_cache
def flags_of(admin: Admin, name: str) -> frozenset[str]:
    """The server's flags of a command, ``readonly`` and ``write`` among them; they stay as they are."""
    about = admin.ask("COMMAND", "INFO", name)
    entry = about[0] if isinstance(about, list) else None
    return frozenset(map(_text, entry[2])) if isinstance(entry, list) else frozenset()


def may_write(admin: Admin, name: str) -> bool:
    """Whether a command may write; a program may."""
    return name in PROGRAMS or "write" in flags_of(admin, name)


def writing_steps(admin: Admin, recording: Recording) -> int:
    """How many steps may have written; MULTI to EXEC is one step, as on the server."""
    names = {one.name for one in recording.sent if one.round_trip}
    writing = {name for name in names if may_write(admin, name)}
    return sum(any(one.name in writing for one in step) for step in _steps(recording))


def _steps(recording: Recording) -> list[list[Sent]]:
    steps: list[list[Sent]] = []
    transactions: dict[tuple[str, int], list[Sent]] = {}  # by connection
    for one in recording.sent:
        connection = (one.actor, one.link)
        if connection in transactions:
            transactions[connection].append(one)
            if one.name in {"EXEC", "DISCARD"}:
                del transactions[connection]
        else:
            steps.append([one])
            if one.name == "MULTI":
                transactions[connection] = steps[-1]
    return steps


def _text(value: resp.Reply) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)
