"""The grading workflow's own shell steps, run in order in a clean folder as a runner runs them."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
WORKFLOW = ROOT / ".github" / "workflows" / "grade.yml"
PASSED_ON = ("HOME", "PIP_CONFIG_FILE", "PIP_FIND_LINKS", "PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_CERT")
# What the checkout steps bring: the grader's tracked files, as a commit would have them.
GRADER = ("grader", "reports", ".github", "pyproject.toml", "README.md", "requirements.lock")
# Prints what would be a command, to the log and to a file of that name.
HOSTILE = """
print("::notice title=Autograding report::{}")
print("::set-output name=score::100")
class CacheManager:
    def __init__(self, client, namespace="cache", default_ttl=300):
        print("::error::forged")
        raise ValueError("::error::forged")
"""


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    """A runner's workspace after the checkouts, with python on the path and the grader not yet installed."""
    folder = tmp_path_factory.mktemp("workspace")
    (folder / "grader").mkdir()
    for name in GRADER:
        source, target = ROOT / name, folder / "grader" / name
        copy = shutil.copytree if source.is_dir() else shutil.copy
        copy(source, target)
    programs = folder / "bin"
    programs.mkdir()
    (programs / "python").symlink_to(Path(sys.base_prefix) / "bin" / "python3")
    return folder


def run_steps(workspace, submission, names, inputs=None):
    """Runs the named steps as the runner does: bash -e, outputs and summary in files."""
    shutil.rmtree(workspace / "submission", ignore_errors=True)
    shutil.rmtree(workspace / "scorecard", ignore_errors=True)
    shutil.copytree(submission, workspace / "submission")
    files = {name: workspace / name for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
    for path in files.values():
        path.write_text("")
    values = {"folder": ".", "fail-under": "0", **(inputs or {})}
    environment = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    environment |= {
        "PATH": f"{workspace / 'bin'}:{os.environ['PATH']}",
        "RUNNER_TEMP": str(workspace / "temp"),
    }
    environment |= {name: str(path) for name, path in files.items()}
    log = ""
    for step in steps(names):
        own = {name: _filled(text, values) for name, text in step.get("env", {}).items()}
        command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]]
        done = subprocess.run(
            command, cwd=workspace, env=environment | own, capture_output=True, text=True, check=False
        )
        log += done.stdout
        if done.returncode:
            return done.returncode, log + done.stderr, files
    return 0, log, files


def steps(names):
    every = yaml.safe_load(WORKFLOW.read_text())["jobs"]["grade"]["steps"]
    return [step for step in every if "run" in step and step["name"] in names]


def _filled(text, values):
    return re.sub(r"\$\{\{ inputs\.([a-z-]+) \}\}", lambda match: values[match[1]], str(text))


INSTALL = ("Install the grader", "Allow the sandbox")


@pytest.fixture(scope="module")
def installed(workspace):
    status, log, _ = run_steps(workspace, ROOT / "solutions", INSTALL)
    assert status == 0, log
    return workspace


def test_the_steps_are_all_known():
    named = [
        step["name"]
        for step in yaml.safe_load(WORKFLOW.read_text())["jobs"]["grade"]["steps"]
        if "run" in step
    ]
    assert named == [*INSTALL, "Grade"]


def test_solutions_pass_and_leave_a_scorecard(installed):
    status, log, files = run_steps(installed, ROOT / "solutions", ("Grade",), {"fail-under": "100"})
    assert status == 0, log
    uploaded = {path.name for path in (installed / "scorecard").rglob("*")}
    assert uploaded == {"results.json", "scorecard.html"}
    assert "score=100\n" in files["GITHUB_OUTPUT"].read_text()
    assert "100 of 100 points" in files["GITHUB_STEP_SUMMARY"].read_text()


@pytest.fixture
def stub(tmp_path):
    """One stub, which is enough to score nothing."""
    shutil.copy(ROOT / "exercises" / "shopping_cart.py", tmp_path)
    return tmp_path


def test_the_log_names_no_check_and_stubs_pass_without_a_limit(installed, stub):
    # Which checks a student may see is for the formats to say; the log has no such rules.
    status, log, _ = run_steps(installed, stub, ("Grade",))
    assert status == 0, log
    assert "shopping_cart." not in log.replace("shopping_cart.py", "")


def test_stubs_fail_below_the_score_that_is_asked_for(installed, stub):
    status, _, files = run_steps(installed, stub, ("Grade",), {"fail-under": "1"})
    assert status == 1
    assert "score=0\n" in files["GITHUB_OUTPUT"].read_text()


def test_what_a_student_prints_is_no_command_to_the_job(installed, tmp_path):
    (tmp_path / "cache_manager.py").write_text(HOSTILE)
    status, log, files = run_steps(installed, tmp_path, ("Grade",))
    assert status == 0, log
    stop = re.search(r"^::stop-commands::(\w{32})$", log, re.MULTILINE)
    _, heard = log[stop.end() :].split(f"::{stop[1]}::\n")
    commands = [line for line in heard.splitlines() if line.startswith("::")]
    assert commands
    assert all(
        re.match(r"::(notice title=Score|error file=cache_manager\.py,line=\d+)", one) for one in commands
    )
    assert "\nscore=0\n" in files["GITHUB_OUTPUT"].read_text()
