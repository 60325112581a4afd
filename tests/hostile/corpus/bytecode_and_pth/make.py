"""Brings compiled modules and .pth files that would run instead of its own."""

MODULE = "class CacheManager:\n    pass\n"


def make(folder):
    work = folder / "submission"
    cache = work / "__pycache__"
    cache.mkdir(parents=True)
    (work / "cache_manager.py").write_text(MODULE)
    for name in ("cache_manager", "redis", "json", "worker_wire"):
        (cache / f"{name}.cpython-311.pyc").write_bytes(b"\xa7\r\r\n" + bytes(12) + b"garbage")
    (work / "a.pth").write_text("import os; os._exit(0)\n")
    (work / "usercustomize.py").write_text("import os; os._exit(0)\n")
    return work
