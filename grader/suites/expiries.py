"""Says why a key has no expiry where its module did ask for one: EXPIRE answered 0."""

from collections.abc import Callable

from grader.proxy import resp
from grader.proxy.recording import Recording, Sent

_NAMES = frozenset({"EXPIRE", "PEXPIRE", "EXPIREAT", "PEXPIREAT"})
_OPTIONS = frozenset({"NX", "XX", "GT", "LT"})
_FIRST_OPTION = 3  # EXPIRE key seconds NX
TOO_SOON = "EXPIRE answered 0, so it set nothing: the key was not there yet. First the data, then its expiry."


def refusal(recording: Recording, writes: Callable[[str], bool], key: str = "") -> str:
    """A sentence where EXPIRE answered 0 in the last batch that wrote, to ``key`` or to any; else ''.

    ``writes`` says of a command's name whether it may write. An older EXPIRE says nothing: the key may have
    been deleted and made anew since.
    """
    batches: dict[tuple[str, int], list[tuple[Sent, resp.Reply]]] = {}
    for one, reply in _answers(recording):
        if (not key or key.encode() in one.command) and writes(one.name):
            batches.setdefault((one.actor, one.round_trip), []).append((one, reply))
    last = list(batches.values())[-1] if batches else []
    asked = [(one, reply) for one, reply in last if one.name in _NAMES]
    if not asked or asked[-1][1] != 0:
        return ""
    options = [word for part in asked[-1][0].command[_FIRST_OPTION:] if (word := _word(part)) in _OPTIONS]
    if options:
        return f"EXPIRE answered 0, so it set nothing: its option {options[0]} refused the new expiry."
    return TOO_SOON


def _answers(recording: Recording) -> list[tuple[Sent, resp.Reply]]:
    """Each command with its reply; one of a transaction with its part of EXEC's."""
    found: list[tuple[Sent, resp.Reply]] = []
    queued: dict[tuple[str, int], list[Sent]] = {}  # by connection
    for one in recording.sent:
        connection = (one.actor, one.link)
        if one.name == "MULTI":
            queued[connection] = []
        elif one.name == "EXEC":
            replies = one.reply if isinstance(one.reply, list) else []
            found += zip(queued.pop(connection, []), replies, strict=False)
        elif connection in queued:
            queued[connection].append(one)
        else:
            found.append((one, one.reply))
    return found


def _word(part: bytes) -> str:
    return part.decode("utf-8", "replace").upper()
