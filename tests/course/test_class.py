"""A class run: nothing is lost, nothing is done twice, nobody pays for our faults."""

import csv
import io
import os
import random
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from grader.course.closing import Closing, close_class
from grader.course.conduct import present
from grader.course.discovery import discover
from grader.course.processes import WarmProcesses
from grader.course.run import ClassRun, grade_class
from grader.course.store import PART, ClassRecord, Store
from grader.settings import Settings

from .fakes import grade_fake, write_submission

ROOT = Path(__file__).parents[2]


class Silent:
    def __init__(self):
        self.total = self.skipped = self.done = 0

    def begin(self, total, skipped):
        self.total, self.skipped = total, skipped

    def finished(self, _name, _problem):
        self.done += 1

    def slowest(self, name, seconds):
        pass

    def end(self):
        pass


def run_class(folder, out, executor=None, **options):
    """Grades a folder with the fake; the outline, the watcher and the plain gradebook by name."""
    settings = options.pop("settings", Settings(seed=7))
    found = discover(folder, (), [])
    store = Store(out)
    record = ClassRecord(settings.assignment, settings.seed, present(found.found))
    store.write_class(record)
    run = ClassRun(store, settings, options.pop("suite", "s"), grade_fake, 4, **options)
    watcher = Silent()
    with executor or WarmProcesses(2, 60) as processes:
        outline = grade_class(found.found, run, processes, watcher)
    close_class(store, record, Closing())
    return outline, watcher, gradebook(out)


def gradebook(out):
    text = (out / "gradebook.csv").read_text(encoding="utf-8-sig")
    return {row["Submission"]: row for row in csv.DictReader(io.StringIO(text, newline=""))}


def make_class(folder):
    """Twelve: right, partly right, broken, hostile to the grading process, of our own fault."""
    for n in range(8):
        write_submission(folder, f"student{n}", "PPPPFFFF"[n % 5 :][:4])
    write_submission(folder, "dies", "PPPP", "die")
    write_submission(folder, "raises", "PPPP", "raise:oops")
    write_submission(folder, "ours", "PPGP")
    (folder / "broken.zip").write_bytes(b"not a zip")
    return folder


@pytest.fixture
def folder(tmp_path):
    return make_class(tmp_path / "submissions")


def test_one_broken_submission_never_stops_the_others(folder, tmp_path):
    outline, watcher, book = run_class(folder, tmp_path / "graded")
    assert watcher.done == watcher.total == outline.graded == 12
    # The archive can't be opened by the fake: for it that's an error like any other.
    assert sorted(outline.faults) == ["broken", "dies", "ours", "raises"]
    assert book["student0"]["Score"] == "100"
    for name in outline.faults:
        assert (book[name]["Status"], book[name]["Score"]) == ("not graded", "")
    assert "SIGKILL" in book["dies"]["Note"]
    assert "oops" in (tmp_path / "graded/students/raises/fault.txt").read_text()


def test_a_second_run_grades_only_our_faults_again(folder, tmp_path):
    run_class(folder, tmp_path / "graded")
    outline, watcher, _ = run_class(folder, tmp_path / "graded")
    assert (watcher.skipped, outline.graded) == (8, 4)


@pytest.mark.parametrize(
    "change",
    [{"suite": "other"}, {"settings": Settings(seed=8)}, {"force": True}],
    ids=["suite", "settings", "force"],
)
def test_another_suite_or_setting_or_force_grades_all(folder, tmp_path, change):
    run_class(folder, tmp_path / "graded")
    assert run_class(folder, tmp_path / "graded", **change)[1].total == 12


@pytest.mark.parametrize("text", ["", "{"])
def test_damaged_outcomes_are_graded_again(folder, tmp_path, text):
    before = run_class(folder, tmp_path / "graded", only="student0")[2]["student0"]
    (tmp_path / "graded/students/student0/outcomes.json").write_text(text)
    outline, _, book = run_class(folder, tmp_path / "graded", only="student0")
    assert (outline.graded, book["student0"]) == (1, before)


def test_a_changed_submission_is_graded_again(folder, tmp_path):
    run_class(folder, tmp_path / "graded")
    (folder / "student0" / "cache_manager.py").write_text("PFFF")
    outline, _, book = run_class(folder, tmp_path / "graded", only="student*")
    assert (outline.graded, book["student0"]["Score"]) == (1, "30")


def test_what_a_later_submission_lacks_is_gone(folder, tmp_path):
    run_class(folder, tmp_path / "graded")
    assert (tmp_path / "graded/students/raises/fault.txt").exists()
    (folder / "raises" / "cache_manager.py").write_text("PPPP")
    run_class(folder, tmp_path / "graded", only="raises")
    names = sorted(path.name for path in (tmp_path / "graded/students/raises").iterdir())
    assert names == ["outcomes.json", "record.json", "results.json", "scorecard.html"]


def test_the_time_of_a_submission_stays(folder, tmp_path):
    before = run_class(folder, tmp_path / "graded")[2]["student0"]["Submitted at"]
    os.utime(folder / "student0" / "cache_manager.py", (1, 1))
    after = run_class(folder, tmp_path / "graded", force=True)[2]["student0"]["Submitted at"]
    assert after == before
    (folder / "student0" / "cache_manager.py").write_text("PFFP")
    os.utime(folder / "student0" / "cache_manager.py", (86400, 86400))
    assert run_class(folder, tmp_path / "graded")[2]["student0"]["Submitted at"].startswith("1970-01-02")


def test_only_grades_who_matches(folder, tmp_path):
    outline, _, book = run_class(folder, tmp_path / "graded", only="student[12]")
    assert outline.graded == 2
    assert [name for name, row in sorted(book.items()) if row["Score"]] == ["student1", "student2"]
    assert {row["Status"] for name, row in book.items() if not row["Score"]} == {"not graded yet"}
    assert len(book) == 12


def test_fail_fast_stops_at_our_first_fault(tmp_path):
    folder = tmp_path / "submissions"
    for n in range(9):
        write_submission(folder, f"s{n}", "GGGG")
    outline, _, _ = run_class(folder, tmp_path / "graded", ThreadPoolExecutor(1), fail_fast=True)
    assert len(outline.faults) == 1


def test_a_fault_that_passes_is_mended_by_the_retry(tmp_path):
    write_submission(tmp_path / "submissions", "shaky", "PPPP", f"once:{tmp_path / 'was_here'}")
    outline, _, book = run_class(tmp_path / "submissions", tmp_path / "graded")
    assert (outline.faults, book["shaky"]["Score"]) == ((), "100")


KILLED = """
import sys
from pathlib import Path
from tests.course.test_class import run_class
run_class(Path(sys.argv[1]), Path(sys.argv[2]))
"""


def test_killed_ten_times_it_ends_as_if_it_had_not_been(tmp_path):
    """SIGKILL at random moments, each followed by the same command."""
    folder = make_class(tmp_path / "submissions")
    counts = tmp_path / "counts"
    for n in range(30):
        write_submission(folder, f"more{n}", "PPPF" if n % 2 else "FFPP", "busy:0.1", f"mark:{counts}")
    _, _, expected = run_class(folder, tmp_path / "uninterrupted")
    once = counts.stat().st_size
    chance = random.Random(5)
    pause = threading.Event()
    unfinished = 0
    for _ in range(10):
        process = start(folder, tmp_path / "graded")
        pause.wait(chance.uniform(0.3, 1.5))
        process.kill()
        process.wait()
        unfinished += len(list(tmp_path.glob("graded/students/*/record.json"))) < 42
    assert unfinished >= 3
    assert start(folder, tmp_path / "graded").wait() == 0
    assert gradebook(tmp_path / "graded") == expected
    # What was stored was not graded again: only what was under way at a kill was.
    assert once == 30
    assert counts.stat().st_size - once <= 30 + 10 * 4
    assert not list((tmp_path / "graded").rglob(PART))


def start(folder, out):
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    return subprocess.Popen([sys.executable, "-c", KILLED, folder, out], cwd=ROOT, env=environment)
