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


def advice(raised: Raised | None) -> str:
    """What to do about an error; '' where its own message is all there is to say."""
    if raised is None:
        return ""
    if raised.type == "ConnectionError" and "connecting to" in raised.message:
        return CLIENT
    # Of what a client's pool was made with, on a unix socket, which redis.Redis takes by another name.
    if raised.type == "TypeError" and raised.message.endswith("unexpected keyword argument 'path'"):
        return CLIENT
    causes = {"NoPermissionError": COMMAND, "ModuleNotFoundError": PACKAGE, "LockNotOwnedError": LOCK}
    return causes.get(raised.type, "")
