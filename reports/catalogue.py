"""The message catalogue: every sentence of page and terminal in one language, from messages/*.toml.

What results say themselves is English: the titles of checks, hints, what is wrong. Another language has these
in ``messages/checks``, by id, and in ``messages/sentences``, by the English sentence.
"""

import re
import tomllib
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any

from grader.errors import UsageError
from grader.results import CheckResult, ExerciseResult

_FOLDER = resources.files("reports") / "messages"
_HOLE = "{}"
_HOLES = re.compile(r"(\{\})")
_DEPTH = 10  # of sentences within sentences
_DATA = tuple("'\"[({<")  # begin a value, in which nothing is translated
_LONGEST = 500  # characters of a sentence that is looked for


class UnknownLanguageError(UsageError):
    """There is no catalogue for the language; the message names those that there are."""


@dataclass(frozen=True)
class Catalogue:
    """The messages of one language by dotted key, and its texts for checks and exercises."""

    language: str
    messages: MappingProxyType[str, str]
    checks: MappingProxyType[str, dict[str, str]] = field(default_factory=lambda: MappingProxyType({}))
    sentences: MappingProxyType[str, str] = field(default_factory=lambda: MappingProxyType({}))
    patterns: tuple[tuple[re.Pattern[str], str], ...] = ()  # of sentences in which {} stands for anything

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
        return self.checks.get(of.id, {}).get(part, "") or self.said(text) if text else text

    def said(self, text: str, depth: int = _DEPTH) -> str:
        """A sentence of the results in this language, what differs in it too; else the sentence itself."""
        if text in self.sentences:
            return self.sentences[text]
        if not depth or len(text) > _LONGEST or "\n" in text or text.startswith(_DATA):
            return text
        for pattern, words in self.patterns:
            if match := pattern.fullmatch(text):
                parts = iter(self.said(part, depth - 1) for part in match.groups())
                return "".join(next(parts) if piece == _HOLE else piece for piece in _HOLES.split(words))
        return text


def languages() -> tuple[str, ...]:
    """The languages that have a catalogue, by their codes."""
    names = (entry.name for entry in _FOLDER.iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml")))


@cache
def load(language: str) -> Catalogue:
    """The catalogue of a language, by its code; UnknownLanguageError where there is none."""
    if language not in languages():
        raise UnknownLanguageError(
            f"There are no messages in the language {language!r}; there are {', '.join(languages())}."
        )
    tree = _read(f"{language}.toml")
    checks = tree.pop("checks", {})
    titles = _flat(_read(f"checks/{language}.toml"), "")
    checks |= {name: {"title": title, **checks.get(name, {})} for name, title in titles}
    sentences = dict(_read(f"sentences/{language}.toml"))
    patterns = tuple((_pattern(text), words) for text, words in sentences.items() if _HOLE in text)
    return Catalogue(
        language,
        MappingProxyType(dict(_flat(tree, ""))),
        MappingProxyType(checks),
        MappingProxyType(sentences),
        tuple(sorted(patterns, key=lambda one: (";" not in one[1], -len(one[0].pattern)))),
    )


def _read(name: str) -> dict[str, Any]:
    """One file of the messages; empty where there is none."""
    file = _FOLDER / name
    return tomllib.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}


def _pattern(text: str) -> re.Pattern[str]:
    """A sentence in which {} stands for anything."""
    return re.compile("(.+?)".join(map(re.escape, text.split(_HOLE))))


def _flat(tree: dict[str, Any], prefix: str) -> list[tuple[str, str]]:
    """Nested tables as pairs of dotted key and message."""
    pairs: list[tuple[str, str]] = []
    for key, value in tree.items():
        pairs += _flat(value, f"{prefix}{key}.") if isinstance(value, dict) else [(prefix + key, value)]
    return pairs
