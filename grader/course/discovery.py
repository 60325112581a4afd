"""Finds the submissions in a folder: whose they are, where they lie, when they came."""

import hashlib
import os
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from grader.course.names import (
    ARCHIVES,
    OTHER_ARCHIVES,
    Directory,
    Label,
    common_prefix,
    module_name,
    read_label,
)
from grader.errors import UsageError
from grader.roster import Student

NOISE = frozenset({"__MACOSX", "__pycache__", "lost+found"})
FILES_LOOKED_AT = 2_000  # in one folder, for its newest time
NAME_BYTES = 100  # of a folder's name in graded/, which a file system limits to 255
LAST_SECOND = 253_370_764_800.0  # the year 9999, near the last that a date can have; archives may name any


@dataclass(frozen=True)
class Found:
    """One student's submission."""

    name: str  # unique in the class, and the same whatever the roster says: from the download's name
    key: str  # of its label: what the roster is searched for
    shown: str  # what people call them
    folder: str  # in graded/students/
    paths: tuple[Path, ...]  # a folder or an archive, or several loose modules
    submitted_at: str  # ISO 8601 with an offset
    time_source: str  # "roster", or "file": the newest time of its files
    student: Student | None = None
    late_mark: bool = False  # the platform marked it as late
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Class:
    """What a folder of submissions holds, held against the roster."""

    found: tuple[Found, ...]
    absent: tuple[Student, ...]  # on the roster, without a submission
    left_alone: tuple[str, ...]  # names of files that are no submissions


@dataclass(frozen=True)
class _Entry:
    path: Path
    label: Label
    time: float  # seconds since 1970


def discover(
    folder: Path, roster: tuple[Student, ...], modules: Iterable[str], out: Path | None = None
) -> Class:
    """The submissions in ``folder``, sorted by name; UsageError where there are none. ``out`` is none."""
    entries, left_alone = _entries(folder, out)
    if single := {entry.path.name for entry in entries} & set(modules):
        raise UsageError(
            f"{folder} holds {min(single)}: it looks like one submission. Grade it with: grade {folder}"
        )
    if not entries:
        raise UsageError(f"{folder} holds no submissions: neither folders nor .zip, .tar.gz or .py files.")
    groups = defaultdict(list)
    for entry in entries:
        groups[entry.label.key].append(entry)
    directory = Directory(roster)
    prefix = common_prefix([key for key in groups if ":" not in key])
    found = [_found(group, directory.find(group[0].label, prefix), prefix) for group in groups.values()]
    found = sorted(_merge_same_student(found), key=lambda one: one.name)
    here = {one.student.identifier for one in found if one.student}
    absent = tuple(student for student in roster if student.identifier not in here)
    return Class(tuple(found), absent, tuple(left_alone))


def _entries(folder: Path, out: Path | None) -> tuple[list[_Entry], list[str]]:
    """The folders, archives and modules right in the folder, and the names of all else."""
    entries: list[_Entry] = []
    others: list[_Entry] = []
    try:
        paths = sorted(folder.iterdir())
    except OSError as error:
        raise UsageError(f"{folder} can't be read: {error.strerror}.") from None
    for path in paths:
        if path.name.startswith(".") or path.name in NOISE or (out and path.resolve() == out.resolve()):
            continue
        entry = _Entry(path, read_label(printable(path.name)), _newest(path))
        taken = path.is_dir() or path.name.lower().endswith((*ARCHIVES, ".py"))
        (entries if taken else others).append(entry)
    return _with_unfit(entries, others)


def _with_unfit(entries: list[_Entry], others: list[_Entry]) -> tuple[list[_Entry], list[str]]:
    """What somebody handed in and nothing else with it is their submission, though it can't be read."""
    keys = {entry.label.key for entry in entries}
    unfit = [
        one
        for one in others
        if one.label.key not in keys
        and (":" in one.label.key or one.path.name.lower().endswith(OTHER_ARCHIVES))
    ]
    return [*entries, *unfit], [printable(one.path.name) for one in others if one not in unfit]


def printable(name: str) -> str:
    """A file's name as text that UTF-8 can encode; a byte that is none becomes its number."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def _newest(path: Path) -> float:
    """The newest time of a file's or folder's content, in seconds since 1970."""
    times = [_time(path)] if not path.is_dir() else []
    for _, entry in zip(range(FILES_LOOKED_AT), _walk(path), strict=False):
        times.append(_time(entry))
    return max(times, default=_time(path))


def _time(path: Path) -> float:
    """A file's time as far as a date can hold it; 0 where its folder lets nobody look."""
    try:
        return min(max(path.lstat().st_mtime, 0.0), LAST_SECOND)
    except OSError:
        return 0.0


def _walk(path: Path) -> Iterator[Path]:
    for folder, names, files in os.walk(path):
        names[:] = sorted(set(names) - {".git"})
        yield from (Path(folder, file) for file in files)


def _found(group: list[_Entry], student: Student | None, prefix: str) -> Found:
    """One student's entries as one submission: loose modules together, else the latest."""
    latest = max(group, key=lambda entry: (entry.label.attempt, entry.time))
    loose = [entry for entry in group if entry.path.suffix == ".py" and not entry.path.is_dir()]
    chosen = _latest_modules(loose) if latest in loose else [latest]
    others = sorted(printable(e.path.name) for e in group if e not in chosen)
    label = latest.label
    name = label.key if ":" not in label.key else f"{label.shown}_{label.key.partition(':')[2]}"
    time = datetime.fromtimestamp(max(entry.time for entry in chosen), UTC).isoformat(timespec="seconds")
    return Found(
        name=name,
        key=label.key,
        shown=label.shown.removeprefix(prefix),
        folder=folder_name(name),
        paths=tuple(_inner(entry.path) for entry in chosen),
        submitted_at=(student and student.submitted_at) or time,
        time_source="roster" if student and student.submitted_at else "file",
        student=student,
        late_mark=any(entry.label.late for entry in chosen),
        warnings=tuple(f"{other} was handed in too; the latest counts." for other in others),
    )


def _latest_modules(loose: list[_Entry]) -> list[_Entry]:
    """Of each module the one that was sent last."""
    ordered = sorted(loose, key=lambda entry: (entry.label.attempt, entry.time))
    return list({module_name(entry.label.file or entry.path.name): entry for entry in ordered}.values())


def _inner(path: Path) -> Path:
    """Moodle makes a folder around what was handed in: an archive that lies alone is the submission."""
    if not path.is_dir():
        return path
    try:
        inside = [item for item in path.iterdir() if not item.name.startswith(".") and item.name not in NOISE]
        # A link would hand in whatever it leads to: somebody else's work, or the solution.
        alone = len(inside) == 1 and inside[0].is_file() and not inside[0].is_symlink()
    except OSError:  # nobody may look into it: whoever opens it says so, for this student alone
        return path
    return inside[0] if alone and inside[0].name.lower().endswith(ARCHIVES) else path


def _merge_same_student(found: list[Found]) -> Iterator[Found]:
    """Two downloads of one student count once: the latest."""
    by_owner: dict[str, Found] = {}
    for one in sorted(found, key=lambda one: datetime.fromisoformat(one.submitted_at)):
        owner = f"id:{one.student.identifier}" if one.student else one.name
        earlier = by_owner.get(owner)
        notes = (
            tuple(f"{printable(path.name)} was handed in too; the latest counts." for path in earlier.paths)
            if earlier
            else ()
        )
        by_owner[owner] = replace(one, warnings=(*one.warnings, *notes))
    yield from by_owner.values()


def folder_name(name: str) -> str:
    """A name that every file system takes, readable, and different for different names."""
    safe = re.sub(r"[^\w.@+-]", "_", name)[:NAME_BYTES]
    safe = safe.encode("utf-8")[:NAME_BYTES].decode("utf-8", "ignore").strip(".-") or "_"
    if safe == name and safe == safe.lower():
        return safe
    # Names that differ only in case, or in what was left out, still get folders of their own.
    return f"{safe}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"
