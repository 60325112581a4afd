"""The Gradescope autograder: its zip, what it reads of the metadata, and what it writes."""

import json
import stat
import subprocess
import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

from grader.assignment import Shown, VisibilityRule
from grader.errors import GraderError
from grader.gradescope import Attempt, Metadata, Options, read_metadata, refusal, written
from grader.gradescope_archive import build_zip
from reports.visibility import Visibility

ROOT = Path(__file__).parents[2]
spec = spec_from_file_location("made_results", ROOT / "tests/reports/formats/made_results.py")
made = module_from_spec(spec)
spec.loader.exec_module(made)

# As Gradescope's documentation has it, with more than we read.
METADATA = {
    "id": 123456,
    "created_at": "2026-11-22T14:22:32.365935-08:00",
    "assignment": {
        "due_date": "2026-11-25T23:59:00.000000-08:00",
        "group_size": 2,
        "id": 25828,
        "late_due_date": None,
        "title": "Caching",
        "total_points": "100.0",
    },
    "submission_method": "upload",
    "users": [{"email": "ann@example.org", "id": 1234, "name": "Ann"}],
    "previous_submissions": [
        {"submission_time": "2026-11-21T14:00:00-08:00", "score": 60.0, "results": {}},
        {"submission_time": "2026-11-20T14:00:00-08:00", "score": 40.0, "results": {}},
        {"submission_time": "2026-11-22T14:00:00-08:00", "score": None},
    ],
}


@pytest.fixture
def metadata(tmp_path):
    path = tmp_path / "submission_metadata.json"
    path.write_text(json.dumps(METADATA))
    return read_metadata(path)


def test_names_dates_and_attempts_are_read(metadata):
    assert [(user.name, user.email) for user in metadata.users] == [("Ann", "ann@example.org")]
    assert metadata.assignment.due_date == datetime(2026, 11, 26, 7, 59, tzinfo=UTC)
    assert [one.score for one in metadata.previous_submissions] == [60.0, 40.0, None]


@pytest.mark.parametrize("text", ["", "[]", '{"users": 3}'], ids=["empty", "list", "wrong"])
def test_metadata_that_is_not_understood_is_our_fault(tmp_path, text):
    path = tmp_path / "submission_metadata.json"
    path.write_text(text)
    with pytest.raises(GraderError, match=r"submission_metadata\.json"):
        read_metadata(path)


@pytest.mark.parametrize(
    ("attempts", "score"), [(0, None), (4, None), (3, 60.0), (2, 60.0), (1, 40.0)], ids=str
)
def test_attempts_that_are_used_up_leave_the_last_score_that_counts(metadata, attempts, score):
    refused = refusal(metadata, attempts)
    assert (refused and refused["score"]) == score


def test_used_up_attempts_without_a_score_give_none():
    refused = refusal(Metadata(previous_submissions=(Attempt(),)), 1)
    assert "score" not in refused


def test_results_keep_the_students_names_out(metadata):
    text = written(replace(made.graded(), submission=made.graded().submission), metadata, Visibility())
    assert "ann@example.org" not in text
    assert json.loads(text)["score"] == 3.0


def test_gradescope_is_told_what_comes_after_the_due_date(metadata):
    rules = Visibility((VisibilityRule("*", Shown.AFTER_DUE_DATE),))
    tests = json.loads(written(made.graded(), metadata, rules))["tests"]
    assert {test["visibility"] for test in tests} == {"after_due_date"}


def test_the_zip_has_what_gradescope_looks_for_at_its_root(tmp_path):
    build_zip(tmp_path / "one.zip", ROOT, Options(attempts=5))
    with zipfile.ZipFile(tmp_path / "one.zip") as archive:
        names = set(archive.namelist())
        modes = {one.filename: stat.S_IMODE(one.external_attr >> 16) for one in archive.infolist()}
        assert json.loads(archive.read("options.json")) == {"attempts": 5, "sandbox": "bubblewrap"}
    assert {"setup.sh", "run_autograder", "options.json", "source/requirements.lock"} <= names
    assert modes["setup.sh"] == modes["run_autograder"] == 0o755
    assert any(name.startswith("source/grader/suites/") for name in names)
    assert not [name for name in names if "__pycache__" in name or name.startswith("source/solutions")]


def test_two_zips_are_the_same_to_the_byte(tmp_path):
    for name in ("one.zip", "two.zip"):
        build_zip(tmp_path / name, ROOT, Options())
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()


@pytest.mark.parametrize("name", ["setup.sh", "run_autograder"])
def test_its_scripts_are_shell(name):
    path = ROOT / "grader" / "platforms" / "gradescope" / name
    assert subprocess.run(["bash", "-n", path], check=False).returncode == 0
