"""A hint for errors that have one cause whatever the exercise is, and that say nothing of what to do."""

from grader.interleave.calls import Raised

CLIENT = (
    "Use the client that the constructor is given: it is the only way to the server. A connection of your "
    "own, from a host, a port or a URL, leads nowhere."
)
COMMAND = (
    "No module may call this command: it changes the server's settings, or it touches what isn't the "
    "module's own."
)
PACKAGE = "A module may import the standard library, redis-py, and modules of yours that lie beside it."
LOCK = (
    "The lock had run out before it was given back. Let it last as long as the work may take; and where the "
    "work was done all the same, catch this error."
)

FOLDER = (
    "A module is graded in a working directory that isn't its own. What lies beside it is found by "
    "Path(__file__).parent; other programs and files are not there."
)
READ_ONLY = "Where a module is graded, its folder can't be written to: what is to be kept is kept in Valkey."

CAUSES = {
    "FileNotFoundError": FOLDER,
    "LockNotOwnedError": LOCK,
    "ModuleNotFoundError": PACKAGE,
    "NoPermissionError": COMMAND,
}


def advice(raised: Raised | None) -> str:
    """What to do about an error; '' where its own message is all there is to say."""
    if raised is None:
        return ""
    if raised.type == "ConnectionError" and "connecting to" in raised.message:
        return CLIENT
    # Of what a client's pool was made with, on a unix socket, which redis.Redis takes by another name.
    if raised.type == "TypeError" and raised.message.endswith("unexpected keyword argument 'path'"):
        return CLIENT
    if raised.type == "OSError" and "Read-only file system" in raised.message:
        return READ_ONLY
    return CAUSES.get(raised.type, "")
