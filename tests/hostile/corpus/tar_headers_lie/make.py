"""Declares sizes that are negative, and larger than the world."""

import io
import tarfile

MODULE = "class CacheManager:\n    pass\n"


def make(folder):
    path = folder / "work.tar.gz"
    with tarfile.open(path, "w:gz", format=tarfile.PAX_FORMAT) as archive:
        for name, size in (("cache_manager.py", "-512"), ("other.py", "9" * 30)):
            info = tarfile.TarInfo(name)
            info.size = len(MODULE)
            info.pax_headers = {"size": size, "path": name}
            archive.addfile(info, io.BytesIO(MODULE.encode()))
    return path
