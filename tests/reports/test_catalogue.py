"""Catalogues of messages: whole, alike, used, and the way a check's own texts are found."""

import ast
import re
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from string import Formatter
from types import MappingProxyType

import pytest

from grader.assignment import DEFAULT
from grader.harness.suite_files import SUITES
from reports import catalogue
from reports.catalogue import UnknownLanguageError, languages, load

from .samples import passed_checks, perfect

REPORTS = Path(catalogue.__file__).parent
# Named by what the results hold, not in the source.
BY_NAME = (
    "objective.",
    "guide.",
    "outcome.",
    "schedule.",
    "fact.",
    "duration.",
    "number.",
    "points.",
    "change.",
    "followers.",
)


def placeholders(message):
    return sorted(name for _, name, _, _ in Formatter().parse(message) if name is not None)


def test_there_are_two_languages():
    assert languages() == ("de", "en")


@pytest.mark.parametrize("language", [name for name in languages() if name != "en"])
def test_a_language_has_the_same_keys_and_placeholders(language):
    english, other = load("en").messages, load(language).messages
    assert set(other) == set(english)
    for key, message in english.items():
        assert placeholders(other[key]) == placeholders(message), key


def test_nearly_every_message_differs_between_languages():
    english, german = load("en").messages, load("de").messages
    same = [key for key in english if english[key] == german[key] and re.search("[a-z]{3}", english[key])]
    names = {"Valkey", "redis-py", "Python", "{version}, {server}", "{commands} in {round_trips}"}
    terms = {"Cache-aside", "Write-through", "Write-behind", "Hashes", "{number} Byte"}
    assert {english[key] for key in same} <= names | terms


def test_every_message_is_used():
    sources = [*REPORTS.glob("*.py"), *REPORTS.glob("templates/*")]
    text = "".join(path.read_text(encoding="utf-8") for path in sources if path.is_file())
    unused = [
        key
        for key in load("en").messages
        if not key.startswith(BY_NAME)
        and not re.search(rf'"{re.escape(re.sub("[.](one|other)$", "", key))}"', text)
    ]
    assert [key for key in unused if key not in {"check.expected", "check.seen"}] == []


def test_an_unknown_language_is_named_with_those_there_are():
    with pytest.raises(UnknownLanguageError, match=r"'tlh'; there are de, en"):
        load("tlh")
    with pytest.raises(UnknownLanguageError):
        load("../messages/en")


def test_numbers_are_written_as_the_language_writes_them():
    assert [load(name).number(1234.5) for name in ("en", "de")] == ["1,234.5", "1.234,5"]
    assert [load("en").number(value) for value in (0, 2.0, 1 / 3, 10)] == ["0", "2", "0.33", "10"]
    assert [load("en").points(value) for value in (1, 0, 2.5)] == ["1 point", "0 points", "2.5 points"]


def test_a_check_has_the_languages_text_or_its_own():
    check = passed_checks()[0]
    translated = replace(load("de"), checks=MappingProxyType({check.id: {"title": "Übersetzt."}}))
    assert translated.own("title", check) == "Übersetzt."
    assert translated.own("hint", replace(check, hint="As it is.")) == "As it is."
    assert translated.own("title", passed_checks()[1]) == passed_checks()[1].title
    assert load("de").own("title", perfect().exercises[0]) == "Cache-Verwalter"


def check_names():
    """Every check that is on, by its id."""
    modules = {
        one.id: import_module(f"grader.suites.test_{one.id}") for one in DEFAULT.exercises if one.enabled
    }
    return {
        f"{exercise}.{name[5:]}"
        for exercise, module in modules.items()
        for name in vars(module)
        if name.startswith("test_")
    }


def told_by_suites():
    """The sentences that stand in the suites whole: hints and messages, but no docstrings."""
    for path in SUITES.glob("*.py"):
        nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
        documents = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
        for node in nodes:
            if isinstance(node, ast.Constant) and id(node) not in documents:
                yield from re.findall(r"^[A-Z].* .*[.?]$", str(node.value))


def test_every_check_has_a_title_in_german():
    assert len(check_names()) > 150
    assert check_names() - set(load("de").checks) == set()


def test_nearly_all_that_suites_say_is_said_in_german():
    sentences, german = set(told_by_suites()), load("de")
    english = [one for one in sentences if german.said(one) == one]
    assert len(sentences) > 200
    assert len(english) < len(sentences) / 10, english


def test_a_sentence_has_as_many_holes_in_german():
    sentences = load("de").sentences
    assert [text for text, words in sentences.items() if text.count("{}") != words.count("{}")] == []


def test_what_differs_in_a_sentence_is_kept_and_said_too():
    german = load("de")
    told = "compute() was called 2 times, though 'it is wrong.' was stored."
    assert german.said(told) == "compute() wurde 2 Mal aufgerufen, obwohl 'it is wrong.' gespeichert war."
    assert german.said("by A after 0.10 s; by B after 0.20 s") == "von A nach 0.10 s; von B nach 0.20 s"
    assert german.said("'The answer is wrong.'") == "'The answer is wrong.'"
    assert german.said("Nobody says this.") == "Nobody says this."
    assert load("en").said("The answer is wrong.") == "The answer is wrong."
