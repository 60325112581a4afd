"""Is a text."""

import io
import stat
import tarfile
import zipfile

MODULE = "class CacheManager:\n    pass\n"


def make(folder):
    path = folder / "work.zip"
    path.write_text("my work")
    return path
