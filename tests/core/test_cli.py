"""The command's exit statuses, and what it prints where."""

import json
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from grader import exits
from grader.cli import COMMANDS

ROOT = Path(__file__).parents[2]
PROGRAM = "import sys; from grader.cli import {0}_main; {0}_main()"
FAST = ("--exercise", "leaderboard", "--server", "embedded", "--seed", "7")


@pytest.fixture
def run(tmp_path):
    def run(*arguments, command="grade", **more):
        return subprocess.run(
            [sys.executable, "-c", PROGRAM.format(command), *map(str, arguments)],
            capture_output=True,
            text=True,
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            timeout=90,
            check=False,
            **more,
        )

    return run


@pytest.fixture(scope="module")
def stub(tmp_path_factory):
    """A submission that fails at once: one stub."""
    folder = tmp_path_factory.mktemp("stub")
    (folder / "leaderboard.py").write_bytes((ROOT / "exercises" / "leaderboard.py").read_bytes())
    return folder


def one_check():
    """The id of some check that the solutions pass."""
    return "leaderboard." + next(iter(_names()))


def _names():
    lines = (ROOT / "grader" / "suites").glob("board_*.py")
    for path in sorted(lines):
        for line in path.read_text().splitlines():
            if line.startswith("def test_"):
                yield line.removeprefix("def test_").partition("(")[0]


def test_graded_is_0_and_writes_results_and_scorecard(run, tmp_path):
    done = run(ROOT / "solutions", "--check", one_check(), *FAST[2:], "--out", "out")
    assert done.returncode == exits.GRADED, done.stderr
    results = json.loads((tmp_path / "out" / "results.json").read_text())
    assert results["status"] == "graded"
    assert [check["outcome"] for check in results["exercises"][0]["checks"]] == ["passed"]
    assert (tmp_path / "out" / "scorecard.html").exists()
    assert "out/scorecard.html" in done.stdout


def test_a_score_below_the_wanted_one_is_1(run, stub):
    assert run(stub, "--check", one_check(), "--fail-under", "0", "--quiet").returncode == exits.GRADED
    assert run(stub, "--check", one_check(), "--fail-under", "1", "--quiet").returncode == exits.BELOW
    assert run(stub, "--check", one_check(), "--fail-under", "nan", "--quiet").returncode == exits.BELOW


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["solutions", "--check", "leaderboard.nothing"], "There is no check leaderboard.nothing."),
        (["solutions", "--check", "nothing.at_all"], "There is no exercise nothing"),
        (["solutions", "--exercise", "nothing"], "There is no exercise nothing; there are cache_manager"),
        (["solutions", "--format", "nothing=x"], "nothing"),
        (["solutions", "--format", "junit"], "junit"),
        (["solutions", "--language", "tlh", "--quiet"], "no messages in the language 'tlh'"),
        (["solutions", "--server", "mine"], "mine"),
        (["solutions", "--seed", "-1"], "-1"),
        (["solutions", "--nothing"], "--nothing"),
        (["solutions", "--assignment", "none.toml"], "none.toml"),
        ([], "SUBMISSION"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_wrong_usage_is_2(run, arguments, sentence):
    done = run(*(ROOT / a if a == "solutions" else a for a in arguments))
    assert done.returncode == exits.USAGE
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_a_submission_that_can_not_be_read_is_3(run, tmp_path):
    (tmp_path / "broken.zip").write_bytes(b"PK\x03\x04 nothing")
    (tmp_path / "text.txt").write_text("no archive")
    for name in ("nowhere", "broken.zip", "text.txt"):
        done = run(name, *FAST, "--quiet")
        assert done.returncode == exits.UNREADABLE, done.stderr
        assert done.stderr.strip()
        assert "Traceback" not in done.stderr


def test_our_own_fault_is_4(run):
    done = run(ROOT / "solutions", *FAST, "--quiet", "--out", "/proc/nowhere")
    assert done.returncode in {exits.USAGE, exits.GRADER_FAULT}
    assert "Traceback" not in done.stderr


def test_json_is_all_that_is_printed(run, stub):
    done = run(stub, "--check", one_check(), "--json")
    assert done.returncode == exits.GRADED
    assert json.loads(done.stdout)["format_version"] == 1
    assert done.stderr == ""


def test_quiet_prints_nothing(run, stub):
    done = run(stub, "--check", one_check(), "--quiet")
    assert (done.returncode, done.stdout, done.stderr) == (exits.GRADED, "", "")


TIMES = {"started_at", "duration", "at"}


def without_times(value):
    if isinstance(value, dict):
        return {key: without_times(item) for key, item in value.items() if key not in TIMES}
    return [without_times(item) for item in value] if isinstance(value, list) else value


def test_a_seed_repeats_everything_but_times(run, tmp_path):
    # A submission that fails in a check here and there, so that there is evidence to compare.
    source = (ROOT / "solutions" / "leaderboard.py").read_text()
    folder = tmp_path / "faulty"
    folder.mkdir()
    (folder / "leaderboard.py").write_text(source.replace("return", "return None and"))
    names = sorted(_names())[::6]
    checks = [word for name in names for word in ("--check", f"leaderboard.{name}")]
    seen = []
    for seed in (7, 7, 8):
        done = run(folder, *checks, "--seed", seed, "--json", "--schedules", "5")
        assert done.returncode == exits.GRADED, done.stderr
        seen.append(without_times(json.loads(done.stdout)))
    assert len(seen[0]["exercises"][0]["checks"]) == len(names) > 5
    assert seen[0] == seen[1]
    assert seen[0]["exercises"] != seen[2]["exercises"]


def test_help_and_version_work_everywhere(run):
    assert "SUBMISSION" in run("--help").stdout
    listed = run("--help", command="grader").stdout
    assert all(name in listed for name in COMMANDS if name != "gradescope-run")  # which Gradescope alone runs
    assert run("report", "--help", command="grader").returncode == 0
    assert run("--version", command="grader").stdout.startswith("grader")
    assert run("nothing", command="grader").returncode == exits.USAGE


@pytest.mark.parametrize("words", [["grade", "--check"], ["grader", "--help"]])
def test_a_reader_that_has_enough_is_no_error(tmp_path, stub, words):
    more = [stub, words[1], one_check(), "--json"] if words[0] == "grade" else words[1:]
    grade = [sys.executable, "-c", PROGRAM.format(words[0]), *more]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    writer = subprocess.Popen(grade, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=tmp_path, env=env)
    writer.stdout.close()
    said = writer.stderr.read()
    writer.stderr.close()
    assert writer.wait(90) == exits.GRADED
    assert said == b""


@pytest.mark.parametrize(
    ("redirected", "status"),
    [
        (">&-", exits.BELOW),
        ("2>&-", exits.BELOW),
        (">&- 2>&-", exits.BELOW),
        ("--json >&-", exits.BELOW),
        ("| true", exits.BELOW),
    ],
)
def test_where_the_output_goes_changes_no_status(tmp_path, stub, redirected, status):
    program = [sys.executable, "-c", PROGRAM.format("grade"), str(stub), "--check", one_check(), *FAST[2:]]
    command = f"{shlex.join([*program, '--fail-under', '1'])} {redirected}"
    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {command}"],
        capture_output=True, text=True, cwd=tmp_path, timeout=90, check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.returncode == status, done.stderr
    assert "failed, and nothing was charged" not in done.stderr


@pytest.mark.parametrize("words", [(), ("--json",)])
def test_letters_that_a_stream_has_not_stop_nothing(tmp_path, stub, words):
    folder = tmp_path / "löße"
    shutil.copytree(stub, folder)
    program = [
        sys.executable,
        "-c",
        PROGRAM.format("grade"),
        folder,
        "--check",
        one_check(),
        *FAST[2:],
        *words,
    ]
    done = subprocess.run(
        program, capture_output=True, cwd=tmp_path, timeout=90, check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "ascii"},
    )  # fmt: skip
    assert done.returncode == exits.GRADED, done.stderr
    if words:
        assert json.loads(done.stdout)["submission"]["name"] == folder.name
