"""Pages and terminal texts as they were last reviewed; ``make gold`` writes them anew."""

import os
import re
from pathlib import Path

import pytest

from reports import html, terminal

from .samples import SAMPLES

GOLD = Path(__file__).parent / "gold"
DRAWN = {
    **{f"{name}.txt": (name, "en") for name in SAMPLES},
    "typical.de.txt": ("typical", "de"),
    "typical.html": ("typical", "en"),
    "typical.de.html": ("typical", "de"),
    "hopeless.html": ("hopeless", "en"),
    "not_graded.html": ("not_graded", "en"),
}


def draw(file):
    name, language = DRAWN[file]
    results = SAMPLES[name]()
    if file.endswith(".txt"):
        return terminal.render(results, terminal.Look(80, colour=False, language=language))
    page = html.render(results, language)
    # The style is reviewed in its own file.
    page = re.sub(r"<style>.*</style>", "<style></style>", page, flags=re.DOTALL)
    return re.sub(r"sha256-[^']*", "sha256-", page)


@pytest.mark.parametrize("file", DRAWN)
def test_gold_is_what_is_drawn(file):
    path = GOLD / file
    text = draw(file)
    if os.environ.get("GOLD") == "write":
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8"), "look at the change, then run: make gold"


def test_gold_holds_nothing_else():
    assert sorted(path.name for path in GOLD.iterdir()) == sorted(DRAWN)
