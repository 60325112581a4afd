"""Holds a flood of files."""

import io
import stat
import tarfile
import zipfile

MODULE = "class CacheManager:\n    pass\n"


def make(folder):
    path = folder / "work.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("cache_manager.py", MODULE)
        for number in range(45000):
            archive.writestr(f"{number:06}", "")
    return path
