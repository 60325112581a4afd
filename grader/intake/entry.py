"""One file of a submission as it was found, and the bounds on all of them."""

from collections.abc import Callable
from dataclasses import dataclass

MIB = 1024 * 1024

# Bounds on a submission; coursework is three modules and a few helpers of some KiB.
FILES = 10_000  # files and folders looked at; more is no coursework, but a disk
FILE_MIB = 4  # of one file; a larger one is left out
TOTAL_MIB = 64  # of all files together, unpacked
ARCHIVE_MIB = 64  # of the archive itself
DEPTH = 16  # folders within folders
NAME_BYTES = 1024  # of a whole relative path

# What tools leave beside the work of a student, by name. None of it is part of the work.
TOOL_FOLDERS = frozenset(
    {
        ".git",
        ".hg",
        ".svn",
        ".idea",
        ".vscode",
        ".tox",
        ".venv",
        "venv",
        "node_modules",
        "__pycache__",
        "__MACOSX",
        ".mypy_cache",
        ".pytest_cache",
        ".ruff_cache",
        ".ipynb_checkpoints",
    }
)
TOOL_FILES = frozenset({".DS_Store", "Thumbs.db", "desktop.ini"})


class TooLargeError(Exception):
    """A bound on the whole submission is passed; the message names it."""


@dataclass(frozen=True)
class Entry:
    """A file, or a folder whose name ends in '/', or, with a ``reason``, something that is left out."""

    name: str  # relative, with slashes; may still be anything that its sender liked
    size: int = 0  # bytes, as declared
    read: Callable[[int], bytes] | None = None  # at most so many bytes of its content
    reason: str = ""  # why it is left out: "it is a link"


def unfit(name: str) -> str:
    """Why a relative path can't be taken: '' where it can."""
    parts = name.rstrip("/").split("/")
    if name.startswith("/") or (len(name) > 1 and name[1] == ":") or ".." in parts:
        return "its path leads out of the submission"
    if "" in parts or "." in parts or "\0" in name:
        return "its path is malformed"
    try:
        encoded = name.encode()
    except UnicodeEncodeError:
        return "its name is not UTF-8"
    if len(encoded) > NAME_BYTES or len(parts) > DEPTH or any(len(part.encode()) > 255 for part in parts):  # noqa: PLR2004 - what file systems take
        return "its path is too long or too deep"
    return ""


def is_a_tools(name: str) -> bool:
    """Whether a tool left it there: caches, environments, version control."""
    parts = name.rstrip("/").split("/")
    return (
        any(part in TOOL_FOLDERS for part in parts)
        or parts[-1] in TOOL_FILES
        or parts[-1].endswith((".pyc", ".pyo"))
        or parts[-1].startswith("._")  # macOS keeps a file's attributes in a second one
    )
