"""Keeps compiled templates beside their sources, as Python keeps its modules.

To compile the scorecard takes far longer than to draw with it.
"""

import pickle
import sys
from pathlib import Path

from jinja2 import FileSystemBytecodeCache
from jinja2.bccache import Bucket


class Bytecode(FileSystemBytecodeCache):
    """A template's code is taken where the very same source was compiled by the same jinja2 and Python."""

    def __init__(self, folder: Path) -> None:
        super().__init__(str(folder))

    def load_bytecode(self, bucket: Bucket) -> None:
        """Fill the bucket; what can't be read, or isn't whole, is as if it weren't there."""
        try:
            super().load_bytecode(bucket)
        except (OSError, EOFError, ValueError, pickle.UnpicklingError):
            bucket.reset()

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what was compiled, where Python would keep its own, and the folder can be written."""
        if sys.dont_write_bytecode:
            return
        try:
            Path(self.directory).mkdir(exist_ok=True)
            super().dump_bytecode(bucket)
        except OSError:
            pass  # an installation that isn't ours to write
