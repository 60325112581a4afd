"""Reads a .zip or .tar.gz that a student handed in; nothing is unpacked here, and sizes are not believed."""

import gzip
import io
import stat
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import IO, Any, cast

from grader.errors import SubmissionError
from grader.intake.entry import ARCHIVE_MIB, MIB, TOTAL_MIB, Entry, TooLargeError

# The zip's own list of its files: 46 bytes and a name for each. A larger list is a flood of files.
ZIP_LIST_BYTES = 2 * MIB
ZIP_ENTRY_MARK, ZIP_ENTRY_BYTES = b"PK\x01\x02", 46
ZIP_END = struct.Struct("<4s4H2LH")
ZIP_END_MARK = b"PK\x05\x06"
ZIP_COMMENT_BYTES = 65_535

GZIP_MARK = b"\x1f\x8b"
TAR_MARK = b"ustar"
TAR_MARK_AT = 257

# What the standard library raises on archives that are broken, by accident or with intent.
BROKEN = (
    EOFError,
    NotImplementedError,
    RuntimeError,
    UnicodeError,
    ValueError,
    gzip.BadGzipFile,
    struct.error,
    tarfile.TarError,
    zipfile.BadZipFile,
    zlib.error,
)


# Unpacking these takes memory in proportion to what was packed; the others can hold a GiB in a few KiB.
PLAIN_PACKINGS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


class _Meter(io.RawIOBase):
    """A stream that raises TooLargeError once more has been read from it than a submission may have."""

    def __init__(self, source: IO[bytes]) -> None:
        self._source = source
        self._left = 2 * TOTAL_MIB * MIB  # tar's own padding comes on top of the files

    def read(self, size: int = -1) -> bytes:
        data = self._source.read(min(size, self._left + 1) if size >= 0 else self._left + 1)
        self._left -= len(data)
        if self._left < 0:
            raise TooLargeError(f"more than {TOTAL_MIB} MiB when unpacked")
        return data


def walk_archive(path: Path) -> Iterator[Entry]:
    """Every entry of the archive, to be read before the next one is asked for; raises SubmissionError."""
    if path.stat().st_size > ARCHIVE_MIB * MIB:
        raise TooLargeError(f"more than {ARCHIVE_MIB} MiB")
    with path.open("rb") as file:
        head = file.read(512)
        file.seek(0)
        with _damage_told():
            if head.startswith(b"PK"):
                yield from _walk_zip(file)
            elif head.startswith(GZIP_MARK):
                with gzip.open(file) as unpacked:
                    yield from _walk_tar(cast("IO[bytes]", unpacked))
            elif head[TAR_MARK_AT:].startswith(TAR_MARK):
                yield from _walk_tar(file)
            else:
                raise SubmissionError(
                    f"{path.name} is no folder, no .zip and no .tar.gz: hand in one of these."
                )


@contextmanager
def _damage_told() -> Iterator[None]:
    try:
        yield
    except BROKEN as error:
        raise SubmissionError(f"The archive is damaged ({error}): make it anew.") from None


def _walk_zip(file: IO[bytes]) -> Iterator[Entry]:
    _refuse_long_list(file)
    with zipfile.ZipFile(file) as archive:
        for info in archive.infolist():
            # Some tools of Windows write its own separator.
            name = info.filename.replace("\\", "/").removeprefix("./")
            kind = stat.S_IFMT(info.external_attr >> 16)
            if info.flag_bits & 1:
                raise SubmissionError("The archive is encrypted: hand it in without a password.")
            if kind not in {0, stat.S_IFREG, stat.S_IFDIR}:
                yield Entry(name, reason="it is a link" if kind == stat.S_IFLNK else "it is no file")
            elif info.compress_type not in PLAIN_PACKINGS:
                yield Entry(name, reason="it is packed in an unusual way")
            elif name.endswith("/"):
                yield Entry(name)
            else:
                yield Entry(name, info.file_size, partial(_read_zipped, archive, info))


def _read_zipped(archive: zipfile.ZipFile, info: zipfile.ZipInfo, limit: int) -> bytes:
    with _damage_told(), archive.open(info) as file:
        return file.read(limit)


def _refuse_long_list(file: IO[bytes]) -> None:
    """Zips of a million files are refused unread: listing them would take half a minute and a GiB."""
    size = file.seek(0, io.SEEK_END)
    file.seek(max(0, size - ZIP_COMMENT_BYTES - ZIP_END.size))
    tail = file.read()
    file.seek(0)
    at = tail.rfind(ZIP_END_MARK)
    if at < 0 or len(tail) - at < ZIP_END.size:
        raise zipfile.BadZipFile("its end is missing")
    list_bytes = ZIP_END.unpack_from(tail, at)[5]
    # A ZIP64 says its list's size in a second place, which counts: so its entries are counted too.
    entries = file.read().count(ZIP_ENTRY_MARK)
    file.seek(0)
    if max(list_bytes, entries * ZIP_ENTRY_BYTES) > ZIP_LIST_BYTES:
        raise TooLargeError("too many files")


def _walk_tar(file: IO[bytes]) -> Iterator[Entry]:
    stream = cast("Any", _Meter(file))
    with tarfile.open(fileobj=stream, mode="r|", errors="surrogateescape") as archive:
        for member in archive:
            yield _tar_entry(archive, member)


def _tar_entry(archive: tarfile.TarFile, member: tarfile.TarInfo) -> Entry:
    name = member.name.removeprefix("./")
    if member.isdir():
        return Entry(f"{name}/")
    if member.issym() or member.islnk():
        return Entry(name, reason="it is a link")
    if not member.isreg() or member.issparse():
        return Entry(name, reason="it is no plain file")
    return Entry(name, member.size, partial(_read_tarred, archive, member))


def _read_tarred(archive: tarfile.TarFile, member: tarfile.TarInfo, limit: int) -> bytes:
    with _damage_told():
        file = archive.extractfile(member)
        return file.read(limit) if file is not None else b""
