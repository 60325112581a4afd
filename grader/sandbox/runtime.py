"""Finds what a Python needs to run: its executable, its library, shared libraries; and redis-py."""

import importlib.util
import os
import stat
import sys
from dataclasses import dataclass
from pathlib import Path

# What redis-py imports of others: async_timeout where Python is older than 3.11.3; and hiredis, which reads
# replies for it, in C, where it is there and fits the Python that runs the worker.
LIBRARY_PACKAGES = ("redis", "async_timeout", "hiredis")

ABOUT = ".dist-info"  # how the folder ends that tells of a package

# The time zones of zoneinfo, which reads them from here.
ZONES = Path("/usr/share/zoneinfo")

# These prefixes hold much besides Python.
SHARED_PREFIXES = ("/usr", "/usr/local")

# These hold Python packages on some systems.
WIDE_FOLDERS = ("/lib", "/lib64", "/usr/lib", "/usr/lib64")


@dataclass(frozen=True)
class Runtime:
    """Paths of this machine that a sandbox shows read-only, and folders in them that it hides."""

    python: Path  # the executable, behind all links and virtual environments
    shown: tuple[Path, ...]
    hidden: tuple[Path, ...]  # site-packages: the grader may lie there
    links: tuple[tuple[str, str], ...]  # (target, place): /lib -> usr/lib


def find_runtime() -> Runtime:
    """The runtime of the Python that runs this."""
    python = Path(os.path.realpath(getattr(sys, "_base_executable", sys.executable)))
    folders = _python_folders()
    shown = [python, *folders, *_library_folders(), *([ZONES] if ZONES.is_dir() else [])]
    # Not looked for in the folders of this machine's kind: they hold no Python, and thousands of files.
    wide = [path for path in shown if str(path) in WIDE_FOLDERS]
    hidden = sorted({found for folder in (*folders, *wide) for found in _package_folders(folder)})
    return Runtime(python, tuple(dict.fromkeys(shown)), tuple(hidden), tuple(_links()))


def find_library() -> tuple[Path, ...]:
    """redis-py's package folder and those of what it imports, where they are installed.

    Beside each lies what tells its version to importlib.metadata.
    """
    specs = [importlib.util.find_spec(name) for name in LIBRARY_PACKAGES]
    found = [Path(spec.origin).parent for spec in specs if spec is not None and spec.origin is not None]
    about = [path for package in found for path in package.parent.glob(f"{package.name}-*{ABOUT}")]
    return (*found, *about)


def readable_by_all(path: Path) -> bool:
    """Whether any user may read the file, folders above it left aside."""
    return bool(path.stat().st_mode & stat.S_IROTH)


def _python_folders() -> list[Path]:
    """The standard library: a prefix of Python's own is shown whole, of a shared one only Python's part."""
    library = Path(os.__file__).parent
    if sys.base_prefix in SHARED_PREFIXES:
        shared = sorted(Path(sys.base_prefix, "lib").glob("libpython*.so*"))
        return [library, *(path for path in shared if not path.is_symlink())]
    return [library.parent]


def _library_folders() -> list[Path]:
    """Where the loader looks: the folders of this machine's kind, or all of /usr/lib where there are none."""
    kind = getattr(sys.implementation, "_multiarch", "") or "none"
    own = [Path("/usr/lib", kind), Path("/lib", kind)]
    wide = [Path("/lib64"), Path("/usr/lib64")]
    if not any(path.is_dir() for path in own):
        wide += [Path("/lib"), Path("/usr/lib")]
    found = [path for path in (*own, *wide) if path.is_dir() and not _is_below_link(path)]
    cache = Path("/etc/ld.so.cache")
    return [*found, cache] if cache.exists() else found


def _is_below_link(path: Path) -> bool:
    return any(part.is_symlink() for part in (path, *path.parents))


def _links() -> list[tuple[str, str]]:
    return [(str(Path(place).readlink()), place) for place in ("/lib", "/lib64") if Path(place).is_symlink()]


def _package_folders(folder: Path) -> list[Path]:
    patterns = ("site-packages", "dist-packages", "python3*/site-packages", "python3*/dist-packages")
    return [path for pattern in patterns for path in folder.glob(pattern) if path.is_dir()]
