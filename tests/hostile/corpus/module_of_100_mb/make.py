"""Has a module of 100 MB."""

import io
import stat
import tarfile
import zipfile

MODULE = "class CacheManager:\n    pass\n"


def make(folder):
    with (folder / "cache_manager.py").open("wb") as file:
        file.truncate(100 << 20)
    return folder
