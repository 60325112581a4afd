"""The commands, for real: a small class with everything in it, graded, killed, scored and handed back."""

import csv
import io
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from grader.sandbox.walls import choose

from .generated_class import generate

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
SANDBOX = "auto" if choose("auto").isolated else "none"


def grader(*arguments, cwd):
    return subprocess.run(
        [BIN / "grader", *arguments], cwd=cwd, capture_output=True, text=True, timeout=300, check=False
    )


@pytest.fixture(scope="module")
def work(tmp_path_factory):
    folder = tmp_path_factory.mktemp("class")
    generate(folder / "submissions", 10)
    shutil.copytree(ROOT / "solutions", folder / "submissions" / "cache-perfect")
    (folder / "roster.csv").write_text(
        'identifier,name,github\np,"Perfect, Ann ""A""",perfect\nu6,-Stub,user006\nz,Zed,zed\n'
    )
    run = grader(
        "class", "submissions", "--sandbox", SANDBOX, "--seed", "3", "--roster", "roster.csv", cwd=folder
    )
    assert run.returncode == 0, run.stderr
    return folder


def gradebook(work):
    text = (work / "graded/gradebook.csv").read_text(encoding="utf-8-sig")
    return {row["Submission"] or row["Name"]: row for row in csv.DictReader(io.StringIO(text, newline=""))}


def test_everybody_has_a_row_and_the_right_score(work):
    book = gradebook(work)
    assert len(book) == 12
    assert (book["cache-perfect"]["Score"], book["cache-perfect"]["Name"]) == ("100", 'Perfect, Ann "A"')
    assert (book["cache-user006"]["Score"], book["cache-user006"]["Name"]) == ("0", "'-Stub")
    assert (book["cache-user009"]["Status"], book["cache-user009"]["Score"]) == ("unreadable", "")
    assert book["Zed"]["Status"] == "no submission"
    assert book["cache-user005"]["Score"] == "100"


def test_the_same_command_grades_nothing_again(work):
    before = gradebook(work)
    run = grader("class", "submissions", "--sandbox", SANDBOX, cwd=work)
    assert "Graded 0, unchanged 11." in run.stdout
    assert gradebook(work) == before


def test_scoring_and_drawing_again_run_nothing(work):
    (work / "heavy.toml").write_text('[[exercises]]\nid = "leaderboard"\nweight = 130\n')
    without = {"PATH": "", "HOME": str(work)} | {k: v for k, v in os.environ.items() if k.startswith("LC_")}
    run = subprocess.run(
        [BIN / "grader", "score", "graded", "--assignment", "heavy.toml"],
        cwd=work, env=without, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    assert gradebook(work)["cache-perfect"]["Score"] == "200"
    assert (
        grader(
            "score", "graded", "--assignment", ROOT / "grader/default_assignment.toml", cwd=work
        ).returncode
        == 0
    )
    assert gradebook(work)["cache-perfect"]["Score"] == "100"
    (work / "graded/class-report.html").unlink()
    assert grader("report", "graded", cwd=work).returncode == 0
    assert (work / "graded/class-report.html").stat().st_size > 10_000


def test_a_single_report_is_drawn_again_in_other_formats(work):
    results = "graded/students/cache-perfect/results.json"
    run = grader("report", results, "--out", "page.html", "--format", "junit=junit.xml", cwd=work)
    assert run.returncode == 0, run.stderr
    assert "<testsuite" in (work / "junit.xml").read_text()
    assert "100" in (work / "page.html").read_text()
    wrong = grader("report", results, "--format", "pdf=x", cwd=work)
    assert (wrong.returncode, "There is no format 'pdf'" in wrong.stderr) == (2, True)


def test_a_report_goes_into_what_stands_at_its_path(work):
    results = "graded/students/cache-perfect/results.json"
    (work / "link.xml").symlink_to("target.xml")
    run = grader("report", results, "--format", "junit=link.xml", "--out", "/dev/stdout", cwd=work)
    assert (run.returncode, "Caching with Valkey" in run.stdout) == (0, True), run.stderr
    assert (work / "link.xml").is_symlink()
    with (work / "printed.json").open("w") as printed:
        words = [BIN / "grader", "report", results, "--format", "json=/dev/stdout"]
        subprocess.run(words, cwd=work, stdout=printed, stderr=subprocess.DEVNULL, timeout=60, check=True)
    assert json.loads((work / "printed.json").read_text())["score"] == 100
    assert "<testsuite" in (work / "target.xml").read_text()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("report", "RESULTS", "--out", "/proc/none/x.html"), "/proc/none can't be written"),
        (("report", "RESULTS", "--out", "graded"), "graded can't be written: Is a directory"),
        (("report", "RESULTS", "--format", "junit=/proc/none/x.xml"), "/proc/none can't be written"),
        (("report", "RESULTS", "--assignment", "nobody.toml"), "'leaderbord.*' matches no check"),
        (("report", "RESULTS", "--assignment", "tongue.toml"), "no messages in the language 'tlh'"),
        (("report", "graded", "--format", "junit=x.xml"), "graded is a folder: --out, --format"),
        (("report", "later.json"), "later.json has format_version 2"),
        (("feedback", "graded", "--out", "/proc/none"), "/proc/none can't be written"),
        (("class", "submissions", "--only", "nobody"), "--only nobody: no submission or student"),
        (("class", "submissions", "--seed", "-5"), "-5"),
        (("class", "submissions", "--assignment", "tongue.toml"), "no messages in the language 'tlh'"),
        (("score", "graded", "--assignment", "tongue.toml"), "no messages in the language 'tlh'"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_what_a_command_can_not_do_is_wrong_usage(work, words, sentence):
    (work / "nobody.toml").write_text('[[visibility]]\nchecks = "leaderbord.*"\nshown = "hidden"\n')
    (work / "tongue.toml").write_text('language = "tlh"\n')
    results = "graded/students/cache-perfect/results.json"
    text = (work / results).read_text()
    (work / "later.json").write_text(text.replace('"format_version": 1', '"format_version": 2'))
    run = grader(*(results if word == "RESULTS" else word for word in words), cwd=work)
    assert (run.returncode, sentence in run.stderr) == (2, True), run.stderr


def test_feedback_is_written_for_everybody_who_handed_in(work):
    run = grader("feedback", "graded", "--zip", cwd=work)
    assert "for 11 students" in run.stdout
    assert len(list((work / "feedback").glob("*.zip"))) == 11


def test_wrong_settings_are_refused_in_a_sentence(work):
    (work / "wrong.toml").write_text('[[exercises]]\nid = "leaderboard"\nwight = 1\n')
    run = grader("class", "submissions", "--assignment", "wrong.toml", cwd=work)
    assert run.returncode == 2
    assert run.stderr == "wrong.toml, line 3: there is no setting 'wight'. Is 'weight' meant?\n"


def test_a_folder_that_is_no_class_is_said(work):
    run = grader("score", "submissions", cwd=work)
    assert run.returncode == 2
    assert "isn't a folder that 'grader class' wrote" in run.stderr
