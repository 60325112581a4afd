"""Holds thousands of files that are one and the same bytes of the archive."""

import io
import struct
import zipfile
import zlib

MODULE = "class CacheManager:\n    pass\n"


def make(folder):
    path = folder / "work.zip"
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("cache_manager.py", bytes(3 << 20))
    data = buffer.getvalue()
    end = data.rindex(b"PK\5\6")
    first = data.index(b"PK\1\2")
    entry = data[first:end]
    copies = 4000
    entries = b"".join(entry.replace(b"cache_manager.py", b"%016d" % number) for number in range(copies))
    tail = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, copies, copies, len(entries), first, 0)
    path.write_bytes(data[:first] + entries + tail)
    return path
