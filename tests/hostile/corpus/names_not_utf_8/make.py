"""Has names that are no text."""

import io
import stat
import tarfile
import zipfile

MODULE = "class CacheManager:\n    pass\n"


def make(folder):
    (folder / "cache_manager.py").write_text(MODULE)
    with open(bytes(folder) + b"/caf\xe9.py", "w"):
        pass
    return folder
