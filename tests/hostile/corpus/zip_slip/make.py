"""Holds paths that lead out of the folder."""

import io
import stat
import tarfile
import zipfile

MODULE = "class CacheManager:\n    pass\n"


def make(folder):
    path = folder / "work.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("cache_manager.py", MODULE)
        archive.writestr("../../valkey-grader-escape", "x")
        archive.writestr("/var/tmp/valkey-grader-escape", "x")
    return path
