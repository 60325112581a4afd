"""Commands that no module may call, inside scripts neither: one list for every exercise."""

from collections.abc import Iterable

from grader.proxy import resp

WALK = (
    "KEYS walks over every key on the server and stops everybody meanwhile: ask for the keys you know by "
    "name."
)
FLUSH = "This empties the whole database, what is others' too: a module deletes its own keys alone."
SETTINGS = "The server's settings are everybody's: a module changes none, not even where that is refused."
# By their first word, or by two where only that command's part changes something.
WHY = {"KEYS": WALK, "DEBUG": SETTINGS} | dict.fromkeys(("FLUSHALL", "FLUSHDB", "SWAPDB"), FLUSH)
WHY |= dict.fromkeys(("CONFIG SET", "CONFIG REWRITE", "CONFIG RESETSTAT"), SETTINGS)
WHY |= dict.fromkeys(("ACL SETUSER", "ACL DELUSER", "ACL LOAD"), SETTINGS)


def forbidden(command: resp.Command) -> str:
    """The name of a command that is forbidden; '' for any other."""
    names = (resp.name((b" ".join(command[:words]),)) for words in (1, 2))
    return next((name for name in names if name in WHY), "")


def all_forbidden(commands: Iterable[resp.Command]) -> list[str]:
    """The names of those that are, each once, sorted."""
    return sorted({name for name in map(forbidden, commands) if name})
