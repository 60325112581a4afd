"""What students are told about their mistakes, as it was last reviewed; ``make gold`` writes it anew.

A tenth of the faulty submissions is looked at by default, all of them with GOLD=write or FULL=1. One whose
`expect.toml` says why its sentences vary from run to run is left out.
"""

import os
from pathlib import Path

import pytest

from .record import expectation, folders, graded_once
from .sentences import sentences

GOLD = Path(__file__).parent / "gold"
WRITES = os.environ.get("GOLD") == "write"
EVERY = 1 if WRITES or os.environ.get("FULL") else 10
EXERCISES = sorted({folder.parent.parent.name for folder in folders(kind="faulty")})


def steady_folders(exercise):
    """An exercise's faulty submissions that are told the same on each run."""
    return [folder for folder in folders(exercise, "faulty") if "varies" not in expectation(folder)]


FAULTY = [folder for exercise in EXERCISES for folder in steady_folders(exercise)[::EVERY]]
HEAD = "\n=== "  # at a line's start, where no sentence begins


def gold_of(exercise):
    """The reviewed text of each of an exercise's faulty submissions, by name."""
    path = GOLD / f"{exercise}.txt"
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    sections = (section.partition("\n") for section in f"\n{text}".split(HEAD)[1:])
    return {name: rest.strip("\n") for name, _, rest in sections}


def write_gold(exercise, told):
    """Write all sections of an exercise, sorted."""
    GOLD.mkdir(exist_ok=True)
    text = "\n".join(f"{HEAD}{name}\n\n{told[name]}" for name in sorted(told))
    (GOLD / f"{exercise}.txt").write_text(f"{text.lstrip()}\n", encoding="utf-8")


@pytest.mark.parametrize("folder", FAULTY, ids=lambda folder: "/".join(folder.parts[-3:]))
def test_gold_sentences_are_what_is_told(folder):
    exercise = folder.parent.parent.name
    told, gold = sentences(graded_once(folder)).strip("\n"), gold_of(exercise)
    if WRITES and gold.get(folder.name) != told:
        gold[folder.name] = told
        write_gold(exercise, gold)
    assert told == gold_of(exercise).get(folder.name), "look at the change, then run: make gold"


@pytest.mark.parametrize("exercise", EXERCISES)
def test_gold_sentences_are_of_submissions_that_exist(exercise):
    names = {folder.name for folder in steady_folders(exercise)}
    gold = gold_of(exercise)
    if WRITES:
        write_gold(exercise, {name: told for name, told in gold.items() if name in names})
    assert sorted(gold_of(exercise)) == sorted(names)
