"""Has a named pipe for its module, and links to everything."""

import os

MODULE = "class CacheManager:\n    pass\n"


def make(folder):
    work = folder / "submission"
    work.mkdir()
    os.mkfifo(work / "cache_manager.py")
    for number, target in enumerate(("/etc/passwd", "/dev/zero", "..", "loop", "/proc/self/mem")):
        (work / ("loop" if target == "loop" else f"link{number}.py")).symlink_to(target)
    return work
