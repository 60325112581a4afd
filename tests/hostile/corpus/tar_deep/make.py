"""Holds a path of ten thousand folders."""

import io
import tarfile

MODULE = "class CacheManager:\n    pass\n"


def make(folder):
    path = folder / "work.tar.gz"
    with tarfile.open(path, "w:gz", format=tarfile.PAX_FORMAT) as archive:
        for name in ("cache_manager.py", "d/" * 10_000 + "x.py"):
            info = tarfile.TarInfo(name)
            info.size = len(MODULE)
            archive.addfile(info, io.BytesIO(MODULE.encode()))
    return path
