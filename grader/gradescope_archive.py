"""Builds the zip that Gradescope takes as an autograder."""

import zipfile
from importlib import resources
from pathlib import Path

from grader.codec import to_json
from grader.errors import UsageError
from grader.gradescope import OPTIONS, SETTINGS, Options

PLATFORM = resources.files("grader.platforms") / "gradescope"
# What the grader is made of, as folders and files of its repository.
SOURCES = ("grader", "reports", "pyproject.toml", "README.md", "requirements.lock")
# Zip files can't say less: a fixed time makes the same zip to the byte.
MADE = (1980, 1, 1, 0, 0, 0)
PROGRAM, PLAIN = 0o100755, 0o100644


def build_zip(out: Path, root: Path, options: Options, settings: Path | None = None) -> tuple[str, ...]:
    """Writes the autograder's zip from the grader's repository and gives the names in it."""
    if not (root / "requirements.lock").is_file():
        raise UsageError(f"{root} is not the grader's repository: it has no requirements.lock.")
    files = {f"source/{name}": content for name, content in _sources(root).items()}
    files |= {name: (PLATFORM / name).read_bytes() for name in ("setup.sh", "run_autograder")}
    files[OPTIONS] = to_json(options)
    if settings:
        files[SETTINGS] = settings.read_bytes()
    try:
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in sorted(files.items()):
                archive.writestr(_entry(name), content)
    except OSError as error:
        raise UsageError(f"{out} can't be written: {error.strerror}.") from None
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
