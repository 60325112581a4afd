"""Holds names that are one file elsewhere: by case, by accents, by repetition, and none at all."""

import warnings
import zipfile

MODULE = "class CacheManager:\n    pass\n"


def make(folder):
    path = folder / "work.zip"
    names = (
        "Cache_Manager.py",
        "e\u0301.py",
        "\u00e9.py",
        "C:\\x.py",
        "a//b.py",
        "./c.py",
        "nul\0.py",
        "d/../../e.py",
    )
    with zipfile.ZipFile(path, "w") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in ("cache_manager.py", "cache_manager.py", *names):
            archive.writestr(zipfile.ZipInfo(name), MODULE)
    return path
