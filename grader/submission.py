"""Opens a submission: a copy of its files in a folder of ours, its digest, and the modules found in it."""

import hashlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from grader.assignment import Exercise
from grader.errors import GraderError, SubmissionError
from grader.intake.archive import walk_archive
from grader.intake.entry import FILE_MIB, FILES, MIB, TOTAL_MIB, Entry, TooLargeError, is_a_tools, unfit
from grader.intake.folder import walk_folder

# Where a module is looked for, in this order.
PLACES = ("", "exercises/")
# So many warnings are kept; a submission with more gets one that counts the rest.
WARNINGS = 20
TOLD = 5  # of them, where no module is left
SHOWN_NAME = 80  # characters of a name in a sentence


@dataclass(frozen=True)
class OpenedSubmission:
    """What was handed in, safe to read, no longer to be changed by anyone."""

    name: str  # of the folder or archive
    digest: str  # sha256 over paths and contents, in hex; the same for a folder and an archive of it
    root: Path
    modules: dict[str, str]  # exercise id -> the module's path relative to root
    missing: tuple[str, ...] = ()  # ids of the exercises whose module isn't there
    problems: dict[str, str] = field(default_factory=dict)  # exercise id -> why its module can't be used
    warnings: tuple[str, ...] = ()  # sentences: what was left out, and why


@dataclass
class _Copy:
    """The copy as it grows."""

    folder: Path
    digests: dict[str, str] = field(default_factory=dict)  # path -> sha256 of the content
    folders: set[str] = field(default_factory=set)
    too_large: set[str] = field(default_factory=set)
    seen: int = 0
    total: int = 0
    warnings: list[str] = field(default_factory=list)


def open_submission(path: Path, exercises: Sequence[Exercise], folder: Path) -> OpenedSubmission:
    """Copies what lies at ``path`` into the existing, empty ``folder``; raises SubmissionError."""
    name = shown(Path(os.path.realpath(path)).name)
    copy = _Copy(folder)
    folder.chmod(0o755)  # the worker's user reads it; the folder above is private
    try:
        for entry in _walk(path, name):
            _take(copy, entry)
    except TooLargeError as error:
        raise SubmissionError(f"{name} has {error}: hand in the modules and their helpers only.") from None
    except OSError as error:
        raise SubmissionError(f"{name} can't be read: {error.strerror or error}.") from None
    top = _top(copy, exercises, is_archive=path.is_file())
    return _describe(copy, top, exercises, name)


def on_one_line(text: str) -> str:
    """A text without what moves a terminal's cursor, or begins a line: a file may be named anything."""
    return "".join(
        character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text
    )


def shown(name: str) -> str:
    """A name as a sentence may hold it: bounded, printable, valid Unicode."""
    text = on_one_line(name.encode(errors="surrogateescape").decode(errors="replace"))
    return text if len(text) <= SHOWN_NAME else f"{text[: SHOWN_NAME - 3]}..."


def _walk(path: Path, name: str) -> Iterator[Entry]:
    if path.is_dir():
        return walk_folder(path)
    if path.is_file():
        if path.suffix == ".py":
            raise SubmissionError(f"{name} is a single module: hand in the folder in which it lies.")
        return walk_archive(path)
    if path.exists() or path.is_symlink():
        raise SubmissionError(f"{name} is neither a folder nor a file that can be read.")
    raise SubmissionError(
        f"{shown(str(path))} was not found: give the path of a folder, a .zip or a .tar.gz."
    )


def _take(copy: _Copy, entry: Entry) -> None:
    """Copies one entry, or says why it is left out."""
    name = entry.name.rstrip("/")
    copy.seen += 1
    if copy.seen > FILES:
        raise TooLargeError(f"more than {FILES} files")
    if is_a_tools(name) or name in {"", "."}:
        return
    reason = entry.reason or unfit(entry.name)
    if not reason and entry.name.endswith("/"):
        copy.folders.add(name)
        return
    if not reason and name in copy.digests:
        reason = "there is another of the same name before it"
    if not reason and entry.size > FILE_MIB * MIB:
        copy.too_large.add(name)
        reason = f"it is {entry.size / MIB:.0f} MiB large, and {FILE_MIB} MiB are the most"
    if reason or entry.read is None:
        _warn(copy, name, reason)
        return
    _copy_file(copy, name, entry)


def _copy_file(copy: _Copy, name: str, entry: Entry) -> None:
    assert entry.read is not None  # noqa: S101 - _take left out what can't be read
    try:
        content = entry.read(FILE_MIB * MIB + 1)
    except OSError as error:
        _warn(copy, name, f"it can't be read ({error.strerror or error})")
        return
    if len(content) > FILE_MIB * MIB:
        copy.too_large.add(name)
        _warn(copy, name, f"it is larger than {FILE_MIB} MiB")
        return
    copy.total += len(content)
    if copy.total > TOTAL_MIB * MIB:
        raise TooLargeError(f"more than {TOTAL_MIB} MiB")
    parents = _parents(name)
    if name in copy.folders or any(parent in copy.digests for parent in parents):
        _warn(copy, name, "it is both a file and a folder")
        return
    _write(copy.folder, name, content)
    copy.folders.update(parents)
    copy.digests[name] = hashlib.sha256(content).hexdigest()


def _write(folder: Path, name: str, content: bytes) -> None:
    """Writes one file, for any user to read whatever our umask; a full disk of ours is our fault."""
    try:
        for parent in _parents(name):
            place = folder / parent
            if not place.is_dir():
                place.mkdir()
                place.chmod(0o755)
        (folder / name).write_bytes(content)
        (folder / name).chmod(0o644)
    except OSError as error:
        raise GraderError(f"The submission can't be copied: {error.strerror or error}.") from None


def _parents(name: str) -> list[str]:
    parts = name.split("/")
    return ["/".join(parts[:count]) for count in range(1, len(parts))]


def _warn(copy: _Copy, name: str, reason: str) -> None:
    copy.warnings.append(f"{shown(name)} was left out: {reason}.")


def _top(copy: _Copy, exercises: Sequence[Exercise], *, is_archive: bool) -> str:
    """'' or, where an archive has its modules in its one top-level folder, that folder with a slash."""
    names = copy.digests.keys() | copy.too_large | copy.folders
    if not is_archive or _any_module(names, "", exercises):
        return ""
    tops = {name.split("/")[0] for name in copy.folders}
    top = f"{tops.pop()}/" if len(tops) == 1 else ""
    return top if _any_module(names, top, exercises) else ""


def _any_module(names: set[str], top: str, exercises: Sequence[Exercise]) -> bool:
    return any(f"{top}{place}{exercise.module}" in names for exercise in exercises for place in PLACES)


def _describe(copy: _Copy, top: str, exercises: Sequence[Exercise], name: str) -> OpenedSubmission:
    modules, problems, missing = {}, {}, []
    for exercise in exercises:
        place, problem = _find(copy, top, exercise)
        if place:
            modules[exercise.id] = place
        else:
            problems[exercise.id] = problem or f"{exercise.module} is not in the submission."
            missing += [] if problem else [exercise.id]
    if not modules and len(missing) == len(exercises):
        wanted = [exercise.module for exercise in exercises]
        told = [one for one in copy.warnings if any(module in one for module in wanted)][:TOLD]
        sentence = "holds no module of the assignment: its top and exercises/ were searched for"
        raise SubmissionError(" ".join([f"{name} {sentence} {', '.join(wanted)}.", *told]))
    root = copy.folder / top if top else copy.folder
    return OpenedSubmission(
        name, _digest(copy, top), root, modules, tuple(missing), problems, _bounded(copy.warnings)
    )


def _find(copy: _Copy, top: str, exercise: Exercise) -> tuple[str, str]:
    """The module's path, or a sentence where something is there that can't be used."""
    for place in PLACES:
        relative = f"{place}{exercise.module}"
        if top + relative in copy.digests:
            return relative, ""
        if top + relative in copy.too_large:
            return "", f"{relative} is larger than {FILE_MIB} MiB, which no module needs to be."
        if top + relative in copy.folders:
            return "", f"{relative} is a folder, not a module."
    return "", ""


def _digest(copy: _Copy, top: str) -> str:
    total = hashlib.sha256()
    for name in sorted(copy.digests):
        if name.startswith(top):
            path = name.removeprefix(top).encode()
            total.update(f"{len(path)}:".encode() + path + copy.digests[name].encode())
    return total.hexdigest()


def _bounded(warnings: list[str]) -> tuple[str, ...]:
    if len(warnings) <= WARNINGS:
        return tuple(warnings)
    return (*warnings[:WARNINGS], f"{len(warnings) - WARNINGS} more were left out.")
