"""Has a folder by the name of the module."""

import io
import stat
import tarfile
import zipfile

MODULE = "class CacheManager:\n    pass\n"


def make(folder):
    (folder / "cache_manager.py").mkdir()
    (folder / "leaderboard.py").write_text("")
    return folder
