"""Unpacks to 400 MiB."""

import io
import stat
import tarfile
import zipfile

MODULE = "class CacheManager:\n    pass\n"


def make(folder):
    path = folder / "work.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("cache_manager.py", MODULE)
        for number in range(100):
            archive.writestr(f"{number}.bin", bytes(4 << 20))
    return path
