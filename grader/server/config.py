"""The server's settings, the same for the embedded one and the container."""

from grader.assignment import Bounds
from grader.server.address import Login
from grader.server.rights import acl_lines

# One value, and one connection's unread commands or replies, in MiB: far above what coursework needs, and
# low enough that a flood ends in an error for its sender and not in a full machine.
VALUE_MIB = 64
CONNECTION_MIB = 128
SPARE_MIB = 256  # beyond its data, for buffers, scripts, fragments of memory
LOG_BYTES = 8 << 20  # of the server's log, into which a script may write, too
OUT_OF_MEMORY = b"Out Of Memory allocating"  # what the server writes there last, where it has none left


def most_bytes(bounds: Bounds) -> int:
    """How much memory the server may have in all: a script that wants more is told so, and goes no further.

    Valkey's own limit, maxmemory, doesn't count what a script holds.
    """
    return (bounds.server_mib + SPARE_MIB) << 20


def config_lines(bounds: Bounds, student: Login, admin: Login) -> list[str]:
    """The lines of valkey.conf that don't depend on where the server runs."""
    return [
        'save ""',  # nothing is kept: a run's data dies with it
        "appendonly no",
        "daemonize no",
        "databases 16",
        f"maxmemory {bounds.server_mib}mb",
        "maxmemory-policy noeviction",  # a full server says so; it never drops a student's key unseen
        f"busy-reply-threshold {max(1, round(bounds.script_seconds * 1000))}",  # milliseconds
        f"proto-max-bulk-len {VALUE_MIB}mb",
        f"client-query-buffer-limit {CONNECTION_MIB}mb",
        f"client-output-buffer-limit normal {CONNECTION_MIB}mb 0 0",
        f"client-output-buffer-limit pubsub {CONNECTION_MIB}mb 0 0",
        "lazyfree-lazy-user-flush yes",  # clearing after a flood of keys doesn't hold up the next check
        "sanitize-dump-payload yes",  # RESTORE can't crash the server
        "slowlog-log-slower-than -1",
        "latency-tracking no",
        "loglevel warning",
        "crash-log-enabled no",  # a server that can't go on is gone at once
        "crash-memcheck-enabled no",
        "shutdown-on-sigterm nosave force",
        "shutdown-on-sigint nosave force",
        *acl_lines(student, admin),
    ]
