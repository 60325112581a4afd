"""Dataclasses to and from JSON, and the JSON Schema of a dataclass: the one place that uses msgspec."""

from typing import Any, TypeVar

import msgspec

T = TypeVar("T")


class DecodeError(ValueError):
    """The text isn't what its type says; the message names the place."""


def to_json(value: object) -> bytes:
    """A dataclass as indented UTF-8 JSON that ends with a newline; the same value gives the same bytes."""
    return msgspec.json.format(msgspec.json.encode(value), indent=2) + b"\n"


def from_json(text: bytes | str, kind: type[T]) -> T:
    """A ``kind`` from its JSON; unknown fields are ignored, missing or wrong ones raise DecodeError."""
    try:
        return msgspec.json.decode(text, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise DecodeError(str(error)) from None


def from_plain(value: object, kind: type[T]) -> T:
    """A ``kind`` from plain dicts and lists, as tomllib gives them; wrong ones raise DecodeError."""
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        raise DecodeError(str(error)) from None


def to_plain(value: object) -> Any:
    """A dataclass as plain dicts, lists, strings and numbers."""
    return msgspec.to_builtins(value)


def schema(kind: type) -> dict[str, Any]:
    """The JSON Schema (2020-12) of a dataclass."""
    return msgspec.json.schema(kind)


def to_line(value: object) -> bytes:
    """A dataclass as one line of JSON, for a stream of them."""
    return msgspec.json.encode(value) + b"\n"
