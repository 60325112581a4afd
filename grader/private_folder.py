"""A run's private folder. What a run that was killed has left of its own, the next one takes away.

Its owner, and whoever it forks, holds a lock on a file in it; the kernel gives that back when the last of
them has ended, of whatever cause.
"""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PREFIX = "grade-"
LOCK = "lock"


@contextmanager
def private_folder() -> Iterator[Path]:
    """A new folder that only this user can enter; it is gone afterwards, with all that is in it."""
    sweep()
    # The path must be short: unix sockets lie in it.
    folder = Path(tempfile.mkdtemp(prefix=PREFIX))
    lock = _take_lock(folder)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(lock)


def _take_lock(folder: Path) -> int:
    # It gets its name when it is held: nobody shall find it free in between.
    unnamed = folder / f"{LOCK}.new"
    lock = os.open(unnamed, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    fcntl.flock(lock, fcntl.LOCK_EX)
    unnamed.rename(folder / LOCK)
    return lock


def sweep() -> None:
    """Remove this user's folders whose owner has ended without doing so."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        try:
            if folder.lstat().st_uid == os.getuid() and _is_abandoned(folder):
                shutil.rmtree(folder, ignore_errors=True)
        except OSError:
            continue  # it has just gone, or it isn't what it looks like


def _is_abandoned(folder: Path) -> bool:
    """Whether nobody holds its lock; raises OSError where it has none, for then it isn't such a folder."""
    lock = os.open(folder / LOCK, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(lock)
    return True
