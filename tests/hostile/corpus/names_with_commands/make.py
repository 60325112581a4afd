"""Has names that are commands to a terminal and a workflow."""

import io
import stat
import tarfile
import zipfile

MODULE = "class CacheManager:\n    pass\n"


def make(folder):
    (folder / "cache_manager.py").write_text(MODULE)
    (folder / "link\n::error::owned\x1b[2J").symlink_to("/etc")
    return folder
