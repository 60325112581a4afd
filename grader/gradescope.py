"""Gradescope: builds the autograder's zip, and grades inside its container.

The container's ``run_autograder`` calls ``run``. Under /autograder it finds the submission, the metadata
and what the zip brought, and it writes results/results.json.
"""

import zipfile
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path
from typing import Any

from grader.codec import DecodeError, from_json, to_json
from grader.errors import GraderError, UsageError
from grader.results import Results
from reports.formats.context import Context
from reports.formats.table import FORMATS
from reports.visibility import Visibility

PLATFORM = resources.files("grader.platforms") / "gradescope"
OPTIONS = "options.json"
SETTINGS = "assignment.toml"
# What the grader is made of, as folders and files of its repository.
SOURCES = ("grader", "reports", "pyproject.toml", "README.md", "requirements.lock")
# Zip files can't say less: a fixed time makes the same zip to the byte.
MADE = (1980, 1, 1, 0, 0, 0)
PROGRAM, PLAIN = 0o100755, 0o100644


@dataclass(frozen=True)
class Options:
    """What the instructor chose when the zip was built."""

    attempts: int = 0  # submissions that are graded; 0: all
    sandbox: str = "bubblewrap"  # nothing is graded where there are no walls; auto: it is, and says so


@dataclass(frozen=True)
class User:
    """A student as Gradescope names them."""

    name: str = ""
    email: str = ""


@dataclass(frozen=True)
class Work:
    """The assignment as Gradescope has it."""

    title: str = ""
    due_date: datetime | None = None
    late_due_date: datetime | None = None


@dataclass(frozen=True)
class Attempt:
    """An earlier submission; Gradescope may know no score of it."""

    submission_time: datetime | None = None
    score: float | None = None


@dataclass(frozen=True)
class Metadata:
    """What submission_metadata.json says that a grading needs."""

    users: tuple[User, ...] = ()
    created_at: datetime | None = None
    assignment: Work = Work()
    previous_submissions: tuple[Attempt, ...] = ()


def read_metadata(path: Path) -> Metadata:
    """The metadata; a file that is missing or isn't understood is our fault: GraderError."""
    try:
        return from_json(path.read_bytes(), Metadata)
    except (OSError, DecodeError) as error:
        raise GraderError(f"{path.name} can't be read: {error}") from None


def refusal(metadata: Metadata, attempts: int) -> dict[str, Any] | None:
    """What stands for results where the attempts are used up: the last score that counts stays."""
    earlier = sorted(metadata.previous_submissions, key=_when)
    if not attempts or len(earlier) < attempts:
        return None
    counted = [one.score for one in earlier[:attempts] if one.score is not None]
    sentence = f"This assignment is graded {attempts} times. This submission was not graded"
    if not counted:
        return {"output": f"{sentence}, and no earlier one has a score.", "output_format": "text"}
    kept = f"{sentence}; the score of the last one that was stays."
    return {"score": counted[-1], "output": kept, "output_format": "text"}


def written(results: Results, metadata: Metadata, visibility: Visibility) -> str:
    """results.json for one attempt; who handed in is not said there, Gradescope knows."""
    due = visibility.due or metadata.assignment.late_due_date or metadata.assignment.due_date
    rules = Visibility(visibility.rules, due, visibility.published, visibility.count_hidden)
    return FORMATS["gradescope"](results, Context(rules, metadata.created_at or datetime.now(UTC)))


def build_zip(out: Path, root: Path, options: Options, settings: Path | None = None) -> tuple[str, ...]:
    """Writes the autograder's zip from the grader's repository and gives the names in it."""
    if not (root / "requirements.lock").is_file():
        raise UsageError(f"{root} is not the grader's repository: it has no requirements.lock.")
    files = {f"source/{name}": content for name, content in _sources(root).items()}
    files |= {name: (PLATFORM / name).read_bytes() for name in ("setup.sh", "run_autograder")}
    files[OPTIONS] = to_json(options)
    if settings:
        files[SETTINGS] = settings.read_bytes()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted(files.items()):
            archive.writestr(_entry(name), content)
    return tuple(sorted(files))


def _sources(root: Path) -> dict[str, bytes]:
    paths = [path for name in SOURCES for path in sorted([root / name, *(root / name).rglob("*")])]
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in paths
        if path.is_file() and "__pycache__" not in path.parts and path.suffix != ".pyc"
    }


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, MADE)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = (PROGRAM if name in {"setup.sh", "run_autograder"} else PLAIN) << 16
    return entry


def _when(attempt: Attempt) -> datetime:
    return attempt.submission_time or datetime.min.replace(tzinfo=UTC)
