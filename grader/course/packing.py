"""A submission as bytes that can travel: an archive as it is, a folder as a tar; bounded in size."""

import hashlib
import io
import os
import stat
import tarfile
from dataclasses import dataclass
from pathlib import Path

from grader.course.names import module_name, read_label
from grader.errors import SubmissionError

PACKED_MIB = 64  # more is no submission, and would have to lie in memory
PACKED_FILES = 5_000
LEFT_OUT = frozenset({".git", ".venv", "venv", "node_modules", "__pycache__", ".mypy_cache", ".pytest_cache"})
MIB = 1 << 20


@dataclass(frozen=True)
class Packed:
    """What is sent to whoever grades it."""

    suffix: str  # of the file that the bytes make: ".zip", ".tar.gz", ".tar"
    data: bytes

    @property
    def digest(self) -> str:
        """The sha256 of the bytes: the same content gives the same, whenever it was packed."""
        return hashlib.sha256(self.data).hexdigest()


def pack(paths: tuple[Path, ...]) -> Packed:
    """A folder, an archive or loose modules as bytes; SubmissionError where that's too much or unreadable."""
    try:
        if len(paths) == 1 and paths[0].is_file() and paths[0].suffix != ".py":
            return _pack_archive(paths[0])
        return _pack_files(_list(paths))
    except OSError as error:
        raise SubmissionError(
            f"{Path(error.filename or paths[0]).name} can't be read: {error.strerror}."
        ) from None


def _pack_archive(path: Path) -> Packed:
    size = path.stat().st_size
    if size > PACKED_MIB * MIB:
        raise SubmissionError(
            f"{path.name} is {size // MIB} MiB large; at most {PACKED_MIB} MiB can be graded."
        )
    suffix = ".tar.gz" if path.name.lower().endswith(".tar.gz") else path.suffix.lower()
    return Packed(suffix, path.read_bytes())


def _list(paths: tuple[Path, ...]) -> list[tuple[str, Path]]:
    """Each file's name in the tar, and where it lies; links are listed, never followed."""
    if not paths[0].is_dir():
        return sorted((module_name(read_label(path.name).file or path.name), path) for path in paths)
    listed: list[tuple[str, Path]] = []
    for folder, names, files in os.walk(paths[0]):
        names[:] = sorted(set(names) - LEFT_OUT)
        # A link to a folder is among the names, and os.walk doesn't enter it.
        for name in sorted(files) + [name for name in names if Path(folder, name).is_symlink()]:
            path = Path(folder, name)
            listed.append((str(path.relative_to(paths[0])), path))
        if len(listed) > PACKED_FILES:
            raise SubmissionError(f"{paths[0].name} holds more than {PACKED_FILES} files.")
    return sorted(listed)


def _pack_files(listed: list[tuple[str, Path]]) -> Packed:
    """A tar without times and owners, so that the same files give the same bytes."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT, errors="surrogateescape") as tar:
        for name, path in listed:
            _add(tar, name, path)
            if buffer.tell() > PACKED_MIB * MIB:
                raise SubmissionError(f"{path.name}: the submission is larger than {PACKED_MIB} MiB.")
    return Packed(".tar", buffer.getvalue())


def _add(tar: tarfile.TarFile, name: str, path: Path) -> None:
    """One file; what is neither file nor link goes in by its kind, so that whoever opens it can say so."""
    facts = path.lstat()
    info = tarfile.TarInfo(name)
    if stat.S_ISREG(facts.st_mode):
        if facts.st_size > PACKED_MIB * MIB:
            raise SubmissionError(
                f"{path.name} is {facts.st_size // MIB} MiB large; at most {PACKED_MIB} MiB fit."
            )
        data = path.read_bytes()
        info.size = len(data)
        tar.addfile(info, io.BytesIO(data))
    elif stat.S_ISLNK(facts.st_mode):
        info.type, info.linkname = tarfile.SYMTYPE, str(path.readlink())
        tar.addfile(info)
    elif not stat.S_ISSOCK(facts.st_mode):
        info.type = tarfile.FIFOTYPE
        tar.addfile(info)
