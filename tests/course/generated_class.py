"""A generated class: right, partly right, hostile, broken and missing submissions, always the same."""

import io
import random
import shutil
import tarfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
EXERCISES = ("cache_manager", "leaderboard", "shopping_cart")
HOSTILE = (
    "import sys\nsys.exit(0)\n",
    "import os\nos._exit(0)\n",
    "print('x' * 10_000_000)\nraise SystemError('\\x1b[31m=1+1')\n",
    "class CacheManager:\n    def __init__(self, *a, **k):\n        self.x = list(range(1 << 30))\n",
    "import os\n[os.kill(os.getppid(), 9)]\n",
    "class CacheManager:\n    def __init__(self, *a, **k): ...\n    def __eq__(self, other): return True\n",
    "def f():\n    return f()\nf()\n",
)


def generate(folder, count, seed=1):
    """Writes ``count`` submissions; the names."""
    chance = random.Random(seed)
    makers = [_mixed] * 5 + [_right, _stubs, _missing, _hostile, _broken]
    names = []
    for n in range(count):
        name = f"cache-user{n:03}"
        makers[n % len(makers)](folder / name, chance, n)
        names.append(name)
    return names


def _variants(exercise, kind):
    place = ROOT / "tests" / "submissions" / exercise / kind
    return sorted(path for path in place.iterdir() if (path / f"{exercise}.py").is_file())


def _take(path, variant):
    leave = shutil.ignore_patterns("expect.toml", "__pycache__")
    shutil.copytree(variant, path, dirs_exist_ok=True, ignore=leave)


def _mixed(path, chance, _n):
    for exercise in EXERCISES:
        kind = chance.choice(["right", "faulty", "faulty"])
        _take(path, chance.choice(_variants(exercise, kind)))


def _right(path, chance, n):
    for exercise in EXERCISES:
        _take(path, chance.choice(_variants(exercise, "right")))
    if n % 20 < 10:
        shutil.make_archive(str(path), "zip" if n % 40 < 20 else "gztar", path)
        shutil.rmtree(path)


def _stubs(path, _chance, _n):
    path.mkdir(parents=True)
    for exercise in EXERCISES:
        shutil.copy(ROOT / "exercises" / f"{exercise}.py", path)


def _missing(path, chance, _n):
    _take(path, chance.choice(_variants("leaderboard", "right")))


def _hostile(path, _chance, n):
    _stubs(path, None, n)
    (path / "cache_manager.py").write_text(HOSTILE[n // 10 % len(HOSTILE)])


def _broken(path, _chance, n):
    """Archives that are none, are cut off, lead out of themselves, or are empty."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if n % 40 == 9:
        path.with_suffix(".zip").write_bytes(b"not a zip")
    elif n % 40 == 19:
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            archive.writestr("cache_manager.py", "x = 1\n" * 1000)
        path.with_suffix(".zip").write_bytes(buffer.getvalue()[:200])
    elif n % 40 == 29:
        with tarfile.open(f"{path}.tar.gz", "w:gz") as archive:
            archive.addfile(tarfile.TarInfo("../../escape.py"))
    else:
        path.mkdir()
