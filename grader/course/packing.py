"""A submission as bytes that can travel: an archive as it is, a folder as a tar; bounded in size."""

import hashlib
import io
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from grader.course.names import module_name, read_label
from grader.errors import SubmissionError
from grader.intake.entry import ARCHIVE_MIB, FILE_MIB, FILES, MIB, TOTAL_MIB, Entry
from grader.intake.folder import read_file, walk_folder
from grader.submission import shown


@dataclass(frozen=True)
class Packed:
    """What is sent to whoever grades it."""

    suffix: str  # of the file that the bytes make: ".zip", ".tar.gz", ".tar"
    data: bytes
    warnings: tuple[str, ...] = ()  # what could not be packed, and why

    @property
    def digest(self) -> str:
        """The sha256 of the bytes: the same content gives the same, whenever it was packed."""
        return hashlib.sha256(self.data).hexdigest()


def pack(paths: tuple[Path, ...]) -> Packed:
    """A folder, an archive or loose modules as bytes; SubmissionError where that's too much or unreadable."""
    first = paths[0]
    try:
        if first.is_dir():
            return _pack_files(walk_folder(first), shown(first.name))
        if first.suffix != ".py":
            return _pack_archive(first)
        return _pack_files(map(_loose, sorted(paths)), shown(first.name))
    except OSError as error:
        raise SubmissionError(f"{shown(first.name)} can't be read: {error.strerror or error}.") from None


def _pack_archive(path: Path) -> Packed:
    if path.exists() and not path.is_file():  # to read from a pipe would wait for ever
        raise SubmissionError(f"{shown(path.name)} is neither a folder nor a file that can be read.")
    size = path.stat().st_size
    if size > ARCHIVE_MIB * MIB:
        raise SubmissionError(
            f"{shown(path.name)} is {size // MIB} MiB large; at most {ARCHIVE_MIB} MiB can be graded."
        )
    suffix = ".tar.gz" if path.name.lower().endswith(".tar.gz") else path.suffix.lower()
    return Packed(suffix, path.read_bytes())


def _loose(path: Path) -> Entry:
    """A module that was handed in by itself, under the name that it needs."""
    name = module_name(read_label(path.name).file or path.name)
    return Entry(name, path.stat().st_size, partial(read_file, path))


def _pack_files(entries: Iterator[Entry], name: str) -> Packed:
    """A tar without times and owners, so that the same files give the same bytes."""
    buffer, warnings, count = io.BytesIO(), [], 0
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT, errors="surrogateescape") as tar:
        tar.addfile(_root())  # without any entry it would be no archive at all
        for entry in entries:
            count += 1
            if count > FILES or buffer.tell() > TOTAL_MIB * MIB:
                raise SubmissionError(
                    f"{name} has more than {FILES} files or {TOTAL_MIB} MiB: "
                    "hand in the modules and their helpers only."
                )
            if entry.reason or entry.read is None:
                warnings += [f"{shown(entry.name)} is left out: {entry.reason}."] if entry.reason else []
                continue
            # A file that is too large goes in too large, for whoever opens it to say so.
            content = entry.read(FILE_MIB * MIB + 1)
            info = tarfile.TarInfo(entry.name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return Packed(".tar", buffer.getvalue(), tuple(warnings))


def _root() -> tarfile.TarInfo:
    info = tarfile.TarInfo(".")
    info.type, info.mode = tarfile.DIRTYPE, 0o755
    return info
