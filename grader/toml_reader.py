"""TOML text to a dataclass; whatever is wrong becomes one sentence with the file and the line."""

import dataclasses
import difflib
import re
import tomllib
import types
import typing
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from grader.codec import DecodeError, from_plain, to_plain
from grader.errors import UsageError

T = TypeVar("T")
Place = tuple[str | int, ...]  # ("exercises", 0, "weight")

HEADER = re.compile(r"\s*(\[\[?)\s*(.+?)\s*\]\]?\s*(#.*)?$")
KEY = re.compile(
    r"""\s*((?:"[^"]*"|'[^']*'|[A-Za-z0-9_-]+)(?:\s*\.\s*(?:"[^"]*"|'[^']*'|[A-Za-z0-9_-]+))*)\s*="""
)
PART = re.compile(r""""([^"]*)"|'([^']*)'|([A-Za-z0-9_-]+)""")
STEP = re.compile(r"\.([^.\[]+)|\[(\d+|\.\.\.)\]")
WORDS = {
    "float": "a number",
    "int": "a whole number",
    "str": "a text in quotes",
    "bool": "true or false",
    "array": "a list",
    "object": "a table",
    "datetime": "a date and time such as 2026-11-30T23:59:00Z",
    "date": "a date without a time",
    "null": "nothing",
}


@dataclass(frozen=True)
class Document:
    """A TOML file that was read: its name for sentences, its content, and where each key stands."""

    name: str
    plain: dict[str, Any]
    lines: dict[Place, int]

    def wrong(self, place: Place, sentence: str) -> UsageError:
        """The error to raise about what stands at ``place``: "file, line N: sentence"."""
        within = [line for known, line in self.lines.items() if known[: len(place)] == place]
        around = [self.lines[place[:n]] for n in range(len(place), 0, -1) if place[:n] in self.lines]
        line = f", line {(within or around)[0]}" if within or around else ""
        return UsageError(f"{self.name}{line}: {sentence}")


def read(text: str, name: str) -> Document:
    """A document from its text; UsageError with the line where it is not TOML."""
    try:
        return Document(name, tomllib.loads(text), find_lines(text))
    except tomllib.TOMLDecodeError as error:
        match = re.search(r"\(at line (\d+), column \d+\)", str(error))
        line = f", line {match[1]}" if match else ""
        said = re.sub(r" \(at .*\)$", "", str(error))
        raise UsageError(f"{name}{line}: this is not TOML: {said[:1].lower()}{said[1:]}.") from None


def find_lines(text: str) -> dict[Place, int]:
    """The line of each table header and key; a list of tables counts its entries from 0."""
    lines: dict[Place, int] = {}
    counts: dict[Place, int] = {}
    table: Place = ()
    for number, line in enumerate(text.splitlines(), start=1):
        if header := HEADER.fullmatch(line):
            table = _parts(header[2])
            if header[1] == "[[":
                counts[table] = counts.get(table, -1) + 1
                lines.setdefault(table, number)
                table = (*table, counts[table])
            lines[table] = number
        elif key := KEY.match(line):
            lines.setdefault(table + _parts(key[1]), number)
    return lines


def _parts(dotted: str) -> Place:
    return tuple(next(filter(None, match.groups()), "") for match in PART.finditer(dotted))


def build(document: Document, kind: type[T]) -> T:
    """The document as a ``kind``; UsageError where a key is unknown or a value is of a wrong type."""
    try:
        value: T = _complete(from_plain(document.plain, kind))
    except DecodeError as error:
        raise _mistake(document, kind, str(error)) from None
    _refuse_unknown(document, (), document.plain, to_plain(value))
    return value


def _complete(value: Any) -> Any:
    """The value built anew: the decoder leaves defaults out of an instance, and so would an encoder."""
    if isinstance(value, tuple):
        return tuple(map(_complete, value))
    if not dataclasses.is_dataclass(value) or isinstance(value, type):
        return value
    fields = {field.name: _complete(getattr(value, field.name)) for field in dataclasses.fields(value)}
    return type(value)(**fields)


def _refuse_unknown(document: Document, place: Place, given: Any, taken: Any) -> None:
    """Whatever was given and not taken has a name that nothing knows."""
    if isinstance(given, list):
        for index, item in enumerate(given):
            _refuse_unknown(document, (*place, index), item, taken[index])
    if not isinstance(given, dict):
        return
    for key, item in given.items():
        if key not in taken:
            near = difflib.get_close_matches(key, list(taken), n=1)
            meant = f" Is {near[0]!r} meant?" if near else f" Known here: {', '.join(taken)}."
            raise document.wrong((*place, key), f"there is no setting {key!r}.{meant}")
        _refuse_unknown(document, (*place, key), item, taken[key])


def _mistake(document: Document, kind: type, message: str) -> UsageError:
    """A validation message of the codec's, as a sentence about its place."""
    said, _, path = message.partition(" - at `")
    place: Place = tuple(
        name or (int(index) if index.isdigit() else "...")
        for name, index in STEP.findall(path.rstrip("`").removeprefix("$"))
    )
    label = ".".join(str(part) for part in place if isinstance(part, str) and part != "...")
    if missing := re.search(r"missing required field `(\w+)`", said):
        return document.wrong(place, f"{label or 'the file'} lacks {missing[1]!r}.")
    if wrong := re.search(r"[Ii]nvalid enum value (.+)", said):
        allowed = ", ".join(_choices(kind, place))
        return document.wrong(place, f"{label} can't be {wrong[1]}: it is one of {allowed}.")
    if types_ := re.search(r"Expected `([^`]+)`, got `([^`]+)`", said):
        wanted = " or ".join(WORDS.get(t.strip(), t.strip()) for t in types_[1].split("|"))
        return document.wrong(place, f"{label} must be {wanted}, not {WORDS.get(types_[2], types_[2])}.")
    return document.wrong(place, f"{label}: {said}.")


def _choices(kind: Any, place: Place) -> list[str]:
    """The values that the StrEnum at ``place`` within ``kind`` knows."""
    for step in place:
        if isinstance(step, int) or step == "...":
            kind = typing.get_args(kind)[0 if isinstance(step, int) else 1]
        elif dataclasses.is_dataclass(kind):
            kind = typing.get_type_hints(kind)[step]
    found = typing.get_args(kind) if isinstance(kind, types.UnionType) else (kind,)
    return [
        str(value) for part in found if isinstance(part, type) and issubclass(part, StrEnum) for value in part
    ]
