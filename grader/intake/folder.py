"""Walks a folder that a student handed in, following no link out of it."""

import os
import stat
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from grader.intake.entry import Entry, is_a_tools

KINDS = {
    stat.S_IFIFO: "it is a named pipe",
    stat.S_IFSOCK: "it is a socket",
    stat.S_IFBLK: "it is a device",
    stat.S_IFCHR: "it is a device",
}

# A folder with one of these in it is no part of the work, whatever its name: a virtual environment, or the
# results of an earlier grading, which would change the digest each time.
MARKS = ("pyvenv.cfg", "scorecard.html")


def walk_folder(root: Path) -> Iterator[Entry]:
    """Every file and folder below ``root``, tools' own left aside, in an order that is always the same."""
    waiting = [""]
    while waiting:
        prefix = waiting.pop()
        try:
            names = sorted(os.listdir(root / prefix))  # noqa: PTH208 - names, not paths
        except OSError as error:
            yield Entry(f"{prefix}/", reason=f"it can't be opened ({error.strerror})")
            continue
        for name in names:
            relative = f"{prefix}/{name}" if prefix else name
            if is_a_tools(relative):
                continue
            entry = _look_at(root, relative)
            if entry is None:
                continue
            yield entry
            if entry.name.endswith("/") and not entry.reason:
                waiting.append(relative)


def _look_at(root: Path, relative: str) -> Entry | None:
    path = root / relative
    try:
        facts = path.lstat()
        if stat.S_ISLNK(facts.st_mode):
            return _look_behind(root, relative)
    except OSError as error:
        return Entry(relative, reason=f"it can't be read ({error.strerror})")
    if stat.S_ISDIR(facts.st_mode):
        return None if any((path / mark).is_file() for mark in MARKS) else Entry(f"{relative}/")
    if stat.S_ISREG(facts.st_mode):
        return Entry(relative, facts.st_size, partial(read_file, path))
    return Entry(relative, reason=KINDS.get(stat.S_IFMT(facts.st_mode), "it is no file"))


def _look_behind(root: Path, relative: str) -> Entry:
    """A link to a file of the same submission stands for that file; any other is left out."""
    target = Path(os.path.realpath(root / relative))
    if not target.is_relative_to(os.path.realpath(root)):
        return Entry(relative, reason="it is a link that leads out of the submission")
    if not target.is_file():
        return Entry(relative, reason="it is a link to no file")
    return Entry(relative, target.stat().st_size, partial(read_file, target))


def read_file(path: Path, limit: int) -> bytes:
    """At most ``limit`` bytes; never waits on what only looked like a file a moment ago; raises OSError."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError("it is no file any more")
        return file.read(limit)
