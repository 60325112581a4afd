"""The workflow files: pinned, with least permissions, without a finding of the auditors."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
STARTER = ROOT / "grader" / "platforms" / "starter"
FILES = [*(ROOT / ".github" / "workflows").glob("*.yml"), *STARTER.glob("*.yml")]
EACH = pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}-{path.stem}")
PINNED = re.compile(r"uses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$")
# The instructor's own repository and commit stand here; `grader starter` fills them in.
OURS = "GRADER_REPOSITORY/.github/workflows/grade.yml@GRADER_COMMIT"


@EACH
def test_every_action_is_pinned_by_a_commit_with_its_version(path):
    uses = [line.strip().removeprefix("- ") for line in path.read_text().splitlines() if "uses: " in line]
    assert uses
    assert [line for line in uses if not PINNED.fullmatch(line) and OURS not in line] == []


@EACH
def test_a_workflow_has_no_permission_and_a_job_no_more_than_reading(path):
    workflow = yaml.safe_load(path.read_text())
    assert workflow["permissions"] == {}
    assert {str(job["permissions"]) for job in workflow["jobs"].values()} == {"{'contents': 'read'}"}


@EACH
def test_a_job_has_a_time_limit(path):
    jobs = yaml.safe_load(path.read_text())["jobs"].values()
    assert all("timeout-minutes" in job for job in jobs if "steps" in job)


@EACH
def test_no_shell_step_holds_an_expression(path):
    # What a student can choose would be read as shell there; it comes in by the environment.
    jobs = yaml.safe_load(path.read_text())["jobs"].values()
    steps = [step for job in jobs for step in job.get("steps", []) if "run" in step]
    assert not [step["run"] for step in steps if "${{" in step["run"]]


@pytest.fixture
def written(tmp_path):
    """The workflows as they are used: the starter's with a repository and a commit filled in."""
    files = {}
    for path in FILES:
        text = path.read_text().replace("GRADER_REPOSITORY", "course/grader")
        files[f"{path.parent.name}-{path.name}"] = text.replace("GRADER_COMMIT", "a" * 40)
    folder = tmp_path / ".github" / "workflows"
    folder.mkdir(parents=True)
    for name, text in files.items():
        (folder / name).write_text(text)
    return sorted(folder.iterdir())


def test_zizmor_finds_nothing(written):
    program = Path(sys.executable).with_name("zizmor")
    command = [program, "--offline", "--no-progress", *written]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


# Its package fetches a program from elsewhere, so it is no dependency; ci.yml runs it in a job of its own.
if shutil.which("actionlint"):

    def test_actionlint_finds_nothing(written):
        done = subprocess.run(["actionlint", *written], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout
