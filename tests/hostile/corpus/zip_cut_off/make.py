"""Is only the first half of an archive."""

import io
import stat
import tarfile
import zipfile

MODULE = "class CacheManager:\n    pass\n"


def make(folder):
    path = folder / "work.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("cache_manager.py", MODULE)
    path.write_bytes(path.read_bytes()[:60])
    return path
