"""Unpacks to ten gigabytes of nothing."""

import gzip
import tarfile

MODULE = "class CacheManager:\n    pass\n"


def make(folder):
    path = folder / "work.tar.gz"
    info = tarfile.TarInfo("cache_manager.py")
    info.size = 10 << 30
    with gzip.open(path, "wb", compresslevel=1) as file:
        file.write(info.tobuf())
        for _ in range(300):
            file.write(bytes(1 << 20))
    return path
