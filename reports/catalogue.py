"""The message catalogue: every sentence of page and terminal in one language, from messages/*.toml."""

import tomllib
from dataclasses import dataclass, field
from importlib import resources
from types import MappingProxyType
from typing import Any

from grader.results import CheckResult, ExerciseResult

_FOLDER = resources.files("reports") / "messages"


class UnknownLanguageError(ValueError):
    """There is no catalogue for the language; the message names those that there are."""


@dataclass(frozen=True)
class Catalogue:
    """The messages of one language by dotted key, and its texts for checks and exercises."""

    language: str
    messages: MappingProxyType[str, str]
    checks: MappingProxyType[str, dict[str, str]] = field(default_factory=lambda: MappingProxyType({}))

    def text(self, key: str, **values: object) -> str:
        """The message, its placeholders filled in; an unknown key is our own mistake: KeyError."""
        return self.messages[key].format_map(values)

    def count(self, key: str, number: float, **values: object) -> str:
        """The message's form for one, or for any other number, with ``number`` filled in."""
        form = "one" if number == 1 else "other"
        return self.text(f"{key}.{form}", number=self.number(number), **values)

    def points(self, number: float) -> str:
        """A number of points with its word: 1 point, 2.5 points."""
        form = "one" if number == 1 else "other"
        return self.text(f"points.{form}", number=self.number(number))

    def number(self, number: float) -> str:
        """A number with at most two decimals, written as the language writes it."""
        text = f"{number:,.2f}".rstrip("0").rstrip(".")
        marks = {",": self.messages["number.thousands"], ".": self.messages["number.decimal"]}
        return "".join(marks.get(sign, sign) for sign in text)

    def name(self, table: str, key: str) -> str:
        """The title of an objective or a section of the guide; an unknown one's own id."""
        return self.messages.get(f"{table}.{key}", key)

    def own(self, part: str, of: CheckResult | ExerciseResult) -> str:
        """The ``title`` or ``hint`` of a check or exercise in this language, else the results' own."""
        text: str = getattr(of, part)
        return self.checks.get(of.id, {}).get(part, text) if text else text


def languages() -> tuple[str, ...]:
    """The languages that have a catalogue, by their codes."""
    names = (entry.name for entry in _FOLDER.iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml")))


def load(language: str) -> Catalogue:
    """The catalogue of a language, by its code; UnknownLanguageError where there is none."""
    if language not in languages():
        raise UnknownLanguageError(
            f"There are no messages in the language {language!r}; there are {', '.join(languages())}."
        )
    tree = tomllib.loads((_FOLDER / f"{language}.toml").read_text(encoding="utf-8"))
    checks = tree.pop("checks", {})
    return Catalogue(language, MappingProxyType(dict(_flat(tree, ""))), MappingProxyType(checks))


def _flat(tree: dict[str, Any], prefix: str) -> list[tuple[str, str]]:
    """Nested tables as pairs of dotted key and message."""
    pairs: list[tuple[str, str]] = []
    for key, value in tree.items():
        pairs += _flat(value, f"{prefix}{key}.") if isinstance(value, dict) else [(prefix + key, value)]
    return pairs
