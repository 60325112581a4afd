"""Classroom 50's autograder.py, run as its runner runs it: by path, in the student's checkout."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
AUTOGRADER = ROOT / "grader" / "platforms" / "classroom50" / "autograder.py"
# Stands for `grade` only in how it leaves and what it writes; the formats have their own tests.
GRADE = """#!{python}
import os, sys
status = int(os.environ["LEAVES_WITH"])
if status in (0, 1, 4):
    for option in sys.argv[1:]:
        if "=" in option:
            open(option.partition("=")[2], "w").write("written by grade")
sys.exit(status)
"""


@pytest.fixture
def checkout(tmp_path):
    folder = tmp_path / "checkout"
    folder.mkdir()
    program = tmp_path / "bin" / "grade"
    program.parent.mkdir()
    program.write_text(GRADE.format(python=sys.executable))
    program.chmod(0o755)
    return folder


def run(checkout, status, path=None):
    environment = {"PATH": path or str(checkout.parent / "bin"), "LEAVES_WITH": str(status)}
    return subprocess.run(
        [sys.executable, AUTOGRADER],
        cwd=checkout,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("status", [0, 1])
def test_a_graded_submission_leaves_with_0_whatever_its_score(checkout, status):
    assert run(checkout, status).returncode == 0
    assert {path.name for path in checkout.iterdir()} == {"result.json", "release-body.md"}


@pytest.mark.parametrize("status", [2, 3, 4, 130])
def test_a_fault_leaves_with_its_status_and_no_result(checkout, status):
    done = run(checkout, status)
    assert done.returncode == status
    assert not (checkout / "result.json").exists()
    assert "nothing was charged" in done.stderr


def test_a_verdict_that_the_student_committed_is_removed(checkout):
    (checkout / "result.json").write_text(json.dumps({"score": 100}))
    (checkout / "release-body.md").mkdir()
    assert run(checkout, 3).returncode == 3
    assert list(checkout.iterdir()) == []


def test_a_link_that_the_student_committed_is_not_followed(checkout, tmp_path):
    target = tmp_path / "target"
    target.write_text("theirs")
    (checkout / "result.json").symlink_to(target)
    assert run(checkout, 0).returncode == 0
    assert target.read_text() == "theirs"


def test_a_missing_grader_is_said_and_is_no_result(checkout):
    done = run(checkout, 0, path=os.devnull)
    assert done.returncode == 4
    assert "no command grade" in done.stderr


def test_a_module_of_the_students_with_the_graders_name_is_not_run(checkout):
    for name in ("subprocess.py", "shutil.py", "grader.py"):
        (checkout / name).write_text("raise SystemExit(0)")
    assert run(checkout, 3).returncode == 3


def test_the_real_grader_leaves_a_result_and_nothing_else(tmp_path):
    checkout = tmp_path / "checkout"
    shutil.copytree(ROOT / "exercises", checkout)
    for name in ("cache_manager.py", "leaderboard.py"):
        (checkout / name).unlink()  # one exercise is enough here
    before = {path.name for path in checkout.iterdir()}
    names = {"CLASSROOM": "valkey-f26", "ASSIGNMENT": "cache", "OWNER": "alice", "COMMIT_URL": "https://c"}
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    environment = os.environ | names | {"PATH": path, "SUBMISSION_TAG": "submit/2026-11-22T10-00-00Z-a1"}
    done = subprocess.run(
        [sys.executable, AUTOGRADER],
        cwd=checkout,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert {path.name for path in checkout.iterdir()} - before == {"result.json", "release-body.md"}
    result = json.loads((checkout / "result.json").read_text())
    assert (result["owner"], result["classroom"]) == ("alice", "valkey-f26")
    assert (result["score"], result["max-score"]) == (0, 10_000)
    assert "0 of 100 points" in (checkout / "release-body.md").read_text()
