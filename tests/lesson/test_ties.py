"""Checks and guide belong together: each check leads into the guide, each mistake in it has a check."""

import importlib
import os
import re
import tomllib
from pathlib import Path

import pytest

from grader.assignment import DEFAULT
from grader.suites.check import ATTRIBUTE

from .test_guide import GUIDE, slugs

ROOT = Path(__file__).parents[2]
MISTAKES = tomllib.loads(Path(__file__).with_name("mistakes.toml").read_text(encoding="utf-8"))
MESSAGES = sorted((ROOT / "reports" / "messages").glob("*.toml"))


def checks_of(exercise):
    """An exercise's checks by name."""
    suite = importlib.import_module(f"grader.suites.test_{exercise.id}")
    functions = {name: member for name, member in vars(suite).items() if name.startswith("test_")}
    return {name.removeprefix("test_"): getattr(member, ATTRIBUTE) for name, member in functions.items()}


CHECKS = {
    f"{exercise.id}.{name}": check
    for exercise in DEFAULT.exercises
    for name, check in checks_of(exercise).items()
}


def first_sentences(text):
    """How each common mistake of a guide begins, up to the first full stop."""
    return re.findall(r"^\*\*Wrong\*\*: (.+?)\.(?: |$)", text, flags=re.MULTILINE)


@pytest.mark.parametrize("exercise", DEFAULT.exercises, ids=lambda exercise: exercise.id)
def test_the_points_of_a_suite_are_the_exercises_weight(exercise):
    assert sum(check.points for check in checks_of(exercise).values()) == exercise.weight


@pytest.mark.parametrize("path", MESSAGES, ids=lambda path: path.stem)
def test_every_check_names_an_objective_and_a_section_that_has_a_title(path):
    messages = tomllib.loads(path.read_text(encoding="utf-8"))
    assert {check.objective for check in CHECKS.values()} <= set(messages["objective"])
    assert {check.guide for check in CHECKS.values()} <= set(messages["guide"])


def test_every_check_leads_to_a_section_of_the_guide():
    found = set(slugs(GUIDE.read_text(encoding="utf-8")))
    assert {name: check.guide for name, check in CHECKS.items() if check.guide not in found} == {}


def test_every_mistake_of_the_guide_is_mapped():
    text = GUIDE.read_text(encoding="utf-8")
    assert len(first_sentences(text)) == text.count("**Wrong**")
    assert sorted(first_sentences(text)) == sorted(MISTAKES)


def test_every_mistake_is_found_by_checks_that_are_there():
    assert all(mistake["found_by"] for mistake in MISTAKES.values())
    named = {check for mistake in MISTAKES.values() for check in mistake["found_by"]}
    assert named - set(CHECKS) == set()


@pytest.mark.parametrize("mistake", MISTAKES.values(), ids=MISTAKES)
def test_a_submission_that_makes_the_mistake_fails_its_check(mistake):
    exercise, _, name = mistake["made_by"].partition("/")
    folder = ROOT / "tests" / "submissions" / exercise / "faulty" / name
    # That it fails these very checks is proven by the corpus's own test.
    fails = tomllib.loads((folder / "expect.toml").read_text(encoding="utf-8"))["fails"]
    if not fails and not os.environ.get("FULL"):
        pytest.skip("what it fails is still to be written down: see record.py")
    assert set(mistake["found_by"]) & {f"{exercise}.{check}" for check in fails}


def test_a_mistake_without_a_check_is_found():
    """The proof that the tests above can fail."""
    assert first_sentences("**Wrong**: a new one. It is wrong.\n**Wrong**: another.\n") == [
        "a new one",
        "another",
    ]
    assert "a new one" not in MISTAKES
