"""Gradings that need no Valkey: what becomes of a submission stands in its own module."""

import io
import os
import signal
import tarfile
import time
from dataclasses import replace
from pathlib import Path

from grader.codec import to_json
from grader.course.job import GradedOne
from grader.course.marking import draw, mark
from grader.course.store import OUTCOMES
from grader.results import Submission

from .samples import three

MODULE = "cache_manager.py"


def write_submission(folder, name, *words):
    """A submission that the fake grading understands: outcomes such as PPPF, then die, once, slow ..."""
    path = folder / name
    path.mkdir(parents=True)
    (path / MODULE).write_text(" ".join(words))
    return path


def words_of(job):
    with tarfile.open(fileobj=io.BytesIO(job.data)) as tar:
        return tar.extractfile(MODULE).read().decode().split()


def grade_fake(job):
    """Grades as the words say; 'once:PATH' fails until PATH is there."""
    outcomes, *more = words_of(job)
    for word in more:
        _obey(word)
    stored = replace(three(outcomes), submission=Submission(job.name, "d" * 64))
    marked = mark(stored, job.settings.assignment, job.marking)
    fault = "grader" if "G" in outcomes else ""
    files = ((OUTCOMES, to_json(stored)), *draw(marked, job.settings.assignment))
    return GradedOne(files, fault, "A check could not be run." if fault else "")


def _obey(word):
    name, _, value = word.partition(":")
    if name == "busy":
        end = time.process_time() + float(value)
        while time.process_time() < end:
            pass
    elif name == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    elif name == "raise":
        raise RuntimeError(value)
    elif name == "once" and not Path(value).exists():
        Path(value).touch()
        os.kill(os.getpid(), signal.SIGKILL)
    elif name == "mark":
        with Path(value).open("a") as file:
            file.write("x")
