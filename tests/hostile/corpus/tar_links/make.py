"""Holds links out, and a path through one of them."""

import io
import stat
import tarfile
import zipfile

MODULE = "class CacheManager:\n    pass\n"


def make(folder):
    path = folder / "work.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        info = tarfile.TarInfo("cache_manager.py")
        info.size = len(MODULE)
        archive.addfile(info, io.BytesIO(MODULE.encode()))
        for name, kind in (("door", tarfile.SYMTYPE), ("hard", tarfile.LNKTYPE)):
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, "/var/tmp"
            archive.addfile(info)
        info = tarfile.TarInfo("door/valkey-grader-escape")
        archive.addfile(info)
    return path
