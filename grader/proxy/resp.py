"""RESP without sockets: bytes to commands and replies, commands to bytes, and both as a reader knows them.

The one place that uses hiredis. Source of the forms: the RESP specification, versions 2 and 3.
"""

from functools import lru_cache
from typing import cast

import hiredis

Command = tuple[bytes, ...]
Reply = object  # what hiredis gives: bytes, int, float, bool, None, list, dict, ReplyError, PushNotification

ReplyError = hiredis.ReplyError
Push = hiredis.PushNotification
SHOWN_BYTES = 200  # of one argument or one string in a reply: enough to recognise it
SHOWN_ITEMS = 12  # of one array in a reply
ENCODED = 64  # commands that are remembered as a client sends them
ITEM_BYTES = 16  # of a string that counts as one; else a list in one long string would


class MalformedError(ValueError):
    """The bytes are not RESP."""


class Parser:
    """Is fed bytes as they come; gives each whole value once. What is missing stays until it comes."""

    def __init__(self) -> None:
        # The sentinel is one that no RESP value becomes; hiredis's own default, False, is RESP3's "#f" too.
        self._reader = hiredis.Reader(notEnoughData=Ellipsis)

    def feed(self, data: bytes) -> list[Reply]:
        """Every value that is whole now; raises MalformedError where the bytes are not RESP."""
        self._reader.feed(data)
        values: list[Reply] = []
        try:
            while (value := self._reader.gets()) is not Ellipsis:
                values.append(value)
        except (hiredis.ProtocolError, TypeError) as error:  # TypeError: a map whose key is an array
            raise MalformedError(str(error)) from None
        return values


def as_command(value: Reply) -> Command:
    """A request's arguments; raises MalformedError where it isn't an array of strings."""
    if not isinstance(value, list) or not value or not all(isinstance(item, bytes) for item in value):
        raise MalformedError("a request is an array of bulk strings")
    return tuple(value)


@lru_cache(ENCODED)  # each is asked for several times: for its length, and to be sent
def encode(command: Command) -> bytes:
    """A command as a client sends it."""
    whole: bytes = hiredis.pack_command(cast("tuple[bytes]", command))  # as if there were one argument
    return whole


def name(command: Command) -> str:
    """The command's name in capitals."""
    return _capitals(command[0])


@lru_cache
def _capitals(word: bytes) -> str:
    return word.decode("ascii", "replace").upper()


def show_argument(argument: bytes) -> str:
    """An argument as a Valkey command line takes it: bare where that is safe, else in quotes."""
    text = argument[:SHOWN_BYTES].decode("utf-8", "backslashreplace")
    more = "..." if len(argument) > SHOWN_BYTES else ""
    if text and not more and text.isascii() and all(c.isalnum() or c in "_-:.+{}()@/" for c in text):
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    escaped = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in escaped)
    return f'"{escaped}"{more}'


def show_command(command: Command) -> str:
    """A command in Valkey's own syntax, bounded."""
    shown = " ".join(show_argument(argument) for argument in command[:SHOWN_ITEMS])
    left = len(command) - SHOWN_ITEMS
    return f"{shown} ... ({left} more)" if left > 0 else shown


def show_reply(reply: Reply) -> str:
    """A reply as a Valkey command line shows it, on one line, bounded."""
    match reply:
        case None:
            return "(nil)"
        case bool():
            return "(true)" if reply else "(false)"
        case int():
            return f"(integer) {reply}"
        case float():
            return f"(double) {reply!r}"
        case ReplyError():
            return f"(error) {str(reply)[:SHOWN_BYTES]}"
        case bytes():
            return show_argument(reply) if reply not in {b"OK", b"QUEUED"} else reply.decode()
        case str():
            return reply[:SHOWN_BYTES]
        case dict():
            return show_reply([item for pair in reply.items() for item in pair])
        case list():
            return _show_list(reply)
    return "?"


def _show_list(reply: list[Reply]) -> str:
    if not reply:
        return "(empty array)"
    shown = "  ".join(f"{n}) {show_reply(item)}" for n, item in enumerate(reply[:SHOWN_ITEMS], 1))
    left = len(reply) - SHOWN_ITEMS
    return f"{shown}  ... ({left} more)" if left > 0 else shown


def count_items(reply: Reply) -> int:
    """How many strings and numbers a reply holds, at any depth; a long string counts for every 16 bytes."""
    if isinstance(reply, dict):
        return sum(count_items(k) + count_items(v) for k, v in reply.items())
    if isinstance(reply, list):
        return sum(count_items(item) for item in reply)
    if isinstance(reply, bytes | str):
        return max(1, -(-len(reply) // ITEM_BYTES))
    return 1


def count_bytes(reply: Reply) -> int:
    """How many bytes of payload a reply holds, without the protocol's own."""
    if isinstance(reply, dict):
        return sum(count_bytes(k) + count_bytes(v) for k, v in reply.items())
    if isinstance(reply, list):
        return sum(count_bytes(item) for item in reply)
    if isinstance(reply, bytes | str):
        return len(reply)
    return 0 if reply is None else 8
