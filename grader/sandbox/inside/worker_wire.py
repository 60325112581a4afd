"""Messages between grader and worker: length-prefixed JSON, with tags for what JSON lacks, bounded.

A message is four bytes of length, big-endian, then UTF-8 JSON. A value is JSON, except that an object with
one key that begins with ``$`` is a tag: ``$tuple``, ``$set``, ``$frozenset`` (lists), ``$bytes`` (hex),
``$float`` (nan, inf, -inf), ``$int`` (hex, for large ones), ``$decimal`` (text), ``$dict`` (list of pairs,
where a key isn't a plain string), ``$callable`` (a name) and ``$opaque`` (type and repr of what isn't
data). Values lose their class here: only plain data comes out, and nothing of it can run.
"""

import json
import re
import struct
from collections import UserList, UserString
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType
from typing import Any

HEADER = struct.Struct("!I")
_JSON = json.JSONEncoder(separators=(",", ":"))
_scan = json.JSONDecoder().raw_decode
SHOWN_CHARACTERS = 500  # of the repr of what isn't data
_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")
DECIMAL_DIGITS = 1_000  # more than the largest float has
NAMELESS = "nameless:"  # before the name of a callback that is no function, and so has none
MOST_NUMBERS = 5_000  # in a set, or among a dict's keys
_Keys: type = type(dict[Any, Any]().keys())
# What equals a plain value without being derived from its type.
LIKE: tuple[tuple[type, Callable[[Any], Any]], ...] = (
    (MappingProxyType, dict),
    (UserList, list),
    (UserString, str),
    (_Keys, set),
)
LARGE_INT = 1 << 63  # JSON readers elsewhere lose what is larger, and Python bounds its decimal text


class WireError(ValueError):
    """The bytes are not a message, or the value is too large or too deep to be one."""


@dataclass(frozen=True)
class Opaque:
    """Something that isn't plain data: equal to nothing a check expects."""

    type: str
    text: str

    def __repr__(self) -> str:
        return self.text


@dataclass(frozen=True)
class Callback:
    """A function of the check's, by name."""

    name: str


def pack(message: object, limit: int) -> bytes:
    """A message as bytes; raises WireError above ``limit`` bytes."""
    body = _JSON.encode(message).encode()
    if len(body) > limit:
        raise WireError(f"{len(body)} bytes are more than the {limit} that a message may have")
    return HEADER.pack(len(body)) + body


def unpack(body: bytes) -> Any:
    """The JSON of a message's body; raises WireError."""
    try:
        text = body.decode()
        value, end = _scan(text)
    except (ValueError, RecursionError) as error:
        raise WireError(f"not JSON: {type(error).__name__}") from None
    if end < len(text):
        raise WireError("more than one piece of JSON")
    return value


class Encoder:
    """Turns a value into what JSON can hold, nested at most ``depth`` deep."""

    def __init__(self, depth: int) -> None:
        self._depth = depth

    def encode(self, value: Any, level: int = 0) -> Any:
        """What JSON can hold; raises WireError where it is too deep or refers to itself."""
        if level > self._depth:
            raise WireError(f"nested more than {self._depth} deep, or part of itself")
        if value is None or value is True or value is False:
            return value
        kind = type(value)  # isinstance believes what an object says of its class
        if issubclass(kind, str):
            return str.__str__(value)
        if issubclass(kind, int):
            return self._encode_int(int.__int__(value))
        if issubclass(kind, float):
            return self._encode_float(float.__float__(value))
        if issubclass(kind, dict):
            return self._encode_dict(value, level + 1)
        if issubclass(kind, list):
            return [self.encode(item, level + 1) for item in list.__iter__(value)]
        return self._encode_tagged(value, level + 1)

    def _encode_int(self, value: int) -> Any:
        return value if -LARGE_INT <= value < LARGE_INT else {"$int": hex(value)}

    def _encode_float(self, value: float) -> Any:
        return value if value - value == 0 else {"$float": repr(value)}

    def _encode_dict(self, value: dict[Any, Any], level: int) -> Any:
        pairs = list(dict.items(value))
        if all(type(key) is str and not key.startswith("$") for key, _ in pairs):
            return {key: self.encode(item, level) for key, item in pairs}
        return {"$dict": [[self.encode(key, level), self.encode(item, level)] for key, item in pairs]}

    def _encode_tagged(self, value: Any, level: int) -> Any:
        kind = type(value)
        if issubclass(kind, tuple):
            return {"$tuple": [self.encode(item, level) for item in tuple.__iter__(value)]}
        if issubclass(kind, set):
            return {"$set": [self.encode(item, level) for item in set.__iter__(value)]}
        if issubclass(kind, frozenset):
            return {"$frozenset": [self.encode(item, level) for item in frozenset.__iter__(value)]}
        if issubclass(kind, bytes | bytearray):
            return {"$bytes": bytes(value).hex()}
        if issubclass(kind, Decimal):
            return {"$decimal": Decimal.__str__(value)}
        if issubclass(kind, Callback):
            return {"$callable": value.name}
        if (plain := _plain(value)) is not None:
            return self.encode(plain, level)
        return {"$opaque": [type(value).__name__, _describe(value)]}


def _plain(value: Any) -> Any:
    """What is plain data and equals the value; None where nothing does."""
    kind = type(value)
    for like, plain in LIKE:
        if issubclass(kind, like):
            return plain(value)
    equal = getattr(kind, "__eq__", None)
    if equal is Mapping.__eq__:  # UserDict, ChainMap, a mapping of one's own
        return dict(value)
    if equal is AbstractSet.__eq__:  # a set of one's own
        return set(value)
    if issubclass(kind, Fraction):
        return _same_number(value)
    return _same_items(value)


def _same_items(value: Any) -> Any:
    """The list, tuple or dict of a collection's items, where it says itself that it equals that."""
    kind = type(value)
    likes = (dict,) if issubclass(kind, Mapping) else (list, tuple) if issubclass(kind, Sequence) else ()
    return next((plain for plain in (like(value) for like in likes) if value == plain), None)


def _same_number(value: Fraction) -> int | float | None:
    """The whole number or float that a fraction equals, if there is one."""
    if value.denominator == 1:
        return value.numerator
    try:
        near = value.numerator / value.denominator
    except OverflowError:
        return None
    return near if Fraction(near) == value else None


def _describe(value: object) -> str:
    try:
        return str.__str__(repr(value))[:SHOWN_CHARACTERS]
    except BaseException as error:  # noqa: BLE001 - a student's __repr__ may raise anything at all
        return f"<{type(value).__name__} whose repr raises {type(error).__name__}>"


def decode(value: Any, depth: int = 256) -> Any:
    """The plain value of what ``Encoder.encode`` gave; raises WireError for a tag that is wrong."""
    if depth < 0:
        raise WireError("nested too deep")
    if isinstance(value, list):
        return [decode(item, depth - 1) for item in value]
    if not isinstance(value, dict):
        return value
    tag = next(iter(value), "")
    if len(value) != 1 or not tag.startswith("$"):
        return {key: decode(item, depth - 1) for key, item in value.items()}
    try:
        return _decode_tag(tag, value[tag], depth - 1)
    except WireError:
        raise
    except (ArithmeticError, LookupError, TypeError, ValueError) as error:
        raise WireError(f"a wrong {tag}: {type(error).__name__}") from None


def _few_numbers(items: list[Any]) -> list[Any]:
    # Numbers can be chosen so that all have one hash: to tell very many of them apart would take hours.
    if sum(not isinstance(item, str | bytes) for item in items) > MOST_NUMBERS:
        raise WireError(f"a set, or a dict's keys, of more than {MOST_NUMBERS} items that are no text")
    return items


def _text(content: Any) -> str:
    if type(content) is not str:
        raise TypeError("not a text")
    return content


def _shown(content: Any) -> str:
    return printable(_text(content)[:SHOWN_CHARACTERS])


def printable(text: str) -> str:
    """The text without halves of surrogate pairs, which Python's strings may hold and no UTF-8 file can."""
    return text.encode("utf-8", "backslashreplace").decode()


def _decode_decimal(content: Any) -> Any:
    number = Decimal(_text(content))
    # A signalling NaN raises where it is only compared; a huge one takes all memory where it is rounded.
    if number.is_snan() or len(content) > DECIMAL_DIGITS or abs(number.adjusted()) > DECIMAL_DIGITS:
        return Opaque("Decimal", f"Decimal({content[:SHOWN_CHARACTERS]!r})")
    return number


def _decode_tag(tag: str, content: Any, depth: int) -> Any:  # noqa: C901 - one line for each tag
    match tag:
        case "$tuple":
            return tuple(decode(content, depth))
        case "$set":
            return set(_few_numbers(decode(content, depth)))
        case "$frozenset":
            return frozenset(_few_numbers(decode(content, depth)))
        case "$dict":
            keys = _few_numbers([decode(key, depth) for key, _ in content])
            return dict(zip(keys, (decode(item, depth) for _, item in content), strict=True))
        case "$bytes":
            return bytes.fromhex(content)
        case "$float":
            return float(_text(content))
        case "$int":
            return int(content, 16)
        case "$decimal":
            return _decode_decimal(content)
        case "$callable":
            return Callback(_shown(content))
        case "$opaque":
            # An address differs from run to run and says nothing.
            return Opaque(_shown(content[0]), _ADDRESS.sub("", _shown(content[1])))
    raise WireError(f"an unknown tag {tag[:20]}")
