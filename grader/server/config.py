"""The server's settings, the same for the embedded one and the container."""

from grader.assignment import Bounds
from grader.server.address import Login
from grader.server.rights import acl_lines

# One value, and one connection's unread commands or replies, in MiB: far above what coursework needs, and
# low enough that a flood ends in an error for its sender and not in a full machine.
VALUE_MIB = 64
CONNECTION_MIB = 128


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
        "shutdown-on-sigterm nosave force",
        "shutdown-on-sigint nosave force",
        *acl_lines(student, admin),
    ]
