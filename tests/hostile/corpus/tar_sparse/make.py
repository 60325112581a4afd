"""Holds a file of a terabyte with nothing in it, and one whose headers lie."""

import gzip
import io
import tarfile

MODULE = "class CacheManager:\n    pass\n"


def make(folder):
    path = folder / "work.tar.gz"
    with tarfile.open(path, "w:gz", format=tarfile.PAX_FORMAT) as archive:
        info = tarfile.TarInfo("cache_manager.py")
        info.size = len(MODULE)
        archive.addfile(info, io.BytesIO(MODULE.encode()))
        info = tarfile.TarInfo("sparse.py")
        info.pax_headers = {
            "GNU.sparse.major": "1",
            "GNU.sparse.minor": "0",
            "GNU.sparse.realsize": str(1 << 40),
        }
        info.size = 512
        archive.addfile(info, io.BytesIO(b"999999999\n0\n" + bytes(500)))
    return path
