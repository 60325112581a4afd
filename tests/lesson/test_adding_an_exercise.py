"""An exercise is one stub, one solution, one suite, one entry in the settings; nothing else is touched."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

STUB = '''"""Bonus: counts visits."""


class VisitCounter:
    def __init__(self, client):
        raise NotImplementedError("VisitCounter.__init__ is still to be written")
'''
SOLUTION = '''"""Counts visits."""


class VisitCounter:
    """Counts for an hour after the last visit."""

    def __init__(self, client):
        self.client = client

    def visit(self, page):
        pipeline = self.client.pipeline(transaction=True)
        pipeline.incr("visits:" + page)
        pipeline.expire("visits:" + page, 3600)
        return pipeline.execute()[0]
'''
SUITE = '''"""The hidden suite of the visit counter."""

from grader.suites.check import check
from grader.suites.expect import expect
from grader.suites.names import words


@check(points=3, objective="atomicity", guide="lost-updates")
def test_visits_count(lab, rand):
    """visit counts the visits of a page."""
    counter, (page, other) = lab.new("counter"), words(rand, 2)
    expect([counter.visit(page), counter.visit(page), counter.visit(other)]).to_equal([1, 2, 1])


@check(points=2, objective="ttl", guide="time-to-live")
def test_an_hour_later(lab, rand):
    """An hour after the last visit a page begins anew."""
    counter, (page, _) = lab.new("counter"), words(rand, 2)
    counter.visit(page)
    lab.advance(3601)
    expect(counter.visit(page)).to_equal(1)
'''
ENTRY = """
[[exercises]]
id = "visit_counter"
title = "Visit counter"
class_name = "VisitCounter"
weight = 5
"""
FILES = {
    "exercises/visit_counter.py": STUB,
    "solutions/visit_counter.py": SOLUTION,
    "grader/suites/test_visit_counter.py": SUITE,
}


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """The project with one exercise more."""
    folder = tmp_path_factory.mktemp("copy")
    for name in ("grader", "reports", "exercises", "solutions"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "requirements.lock", folder)
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    settings = folder / "grader" / "default_assignment.toml"
    before, head, after = settings.read_text(encoding="utf-8").partition("\n# Points of single checks")
    settings.write_text(before + ENTRY + head + after, encoding="utf-8")
    return folder


def run(copy, program, *words):
    code = f"import sys; from grader.cli import {program}_main; sys.exit({program}_main())"
    environment = {**os.environ, "PYTHONPATH": str(copy), "DOCKER_HOST": "unix:///nonexistent"}
    return subprocess.run(
        [sys.executable, "-B", "-c", code, *words],
        cwd=copy,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


@pytest.mark.parametrize(("submission", "score"), [("solutions", 5), ("exercises", 0)])
def test_it_is_graded(copy, submission, score):
    finished = run(copy, "grade", submission, "--exercise", "visit_counter", "--json")
    assert finished.returncode == 0, finished.stderr
    results = json.loads(finished.stdout)
    (exercise,) = [one for one in results["exercises"] if one["id"] == "visit_counter"]
    assert (exercise["score"], exercise["max_score"], exercise["title"]) == (score, 5, "Visit counter")
    assert [check["id"] for check in exercise["checks"]] == [
        "visit_counter.visits_count",
        "visit_counter.an_hour_later",
    ]


def test_students_get_its_stub(copy):
    finished = run(copy, "grader", "starter", "handout")
    assert finished.returncode == 0, finished.stderr
    assert (copy / "handout" / "visit_counter.py").read_text(encoding="utf-8") == STUB
    assert not list(copy.glob("handout/**/test_visit_counter.py"))
