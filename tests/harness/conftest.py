"""Grades a source with a suite of the test's own, by all the real machinery."""

import textwrap
from dataclasses import replace

import pytest

from grader.assignment import DEFAULT, Exercise
from grader.grade import grade
from grader.harness import suite_files
from grader.settings import Settings

HEAD = """
import pytest
from grader.suites.check import check
from grader.suites.expect import expect, expect_raised
from grader.suites.lab import Lab
from grader.interleave.calls import Call, Compute

@pytest.fixture
def it(lab):
    return lab.new("it")

def one(**more):
    return check(points=1, objective="values", guide="strings", **more)
"""


class Grader:
    """Suites and submissions of one test."""

    def __init__(self, folder, monkeypatch):
        self.folder = folder
        self.suites = folder / "suites"
        self.suites.mkdir()
        self.details = folder / "details"
        self.details.mkdir()
        (self.suites / "conftest.py").write_text("")
        monkeypatch.setattr(suite_files, "SUITES", self.suites)
        self.seen = []
        self.watch = self.seen.append

    def write(self, exercise, suite, source):
        (self.suites / f"test_{exercise}.py").write_text(HEAD + textwrap.dedent(suite))
        submission = self.folder / "submission"
        submission.mkdir(exist_ok=True)
        if source is not None:
            (submission / f"{exercise}.py").write_bytes(textwrap.dedent(source).encode())

    def grade(self, exercises=("mine",), bounds=None, **more):
        chosen = tuple(Exercise(name, name, "It", 10) for name in exercises)
        assignment = replace(DEFAULT, exercises=chosen, bounds=bounds or DEFAULT.bounds)
        settings = Settings(1, assignment, server="embedded", **more)
        return grade(self.folder / "submission", settings, lambda: self.watch, self.details)


@pytest.fixture
def grader(tmp_path, monkeypatch):
    return Grader(tmp_path, monkeypatch)
