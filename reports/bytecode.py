"""Keeps compiled templates beside their sources, as Python keeps its modules.

To compile the scorecard takes far longer than to draw with it.
"""

import io
import sys
from pathlib import Path

from jinja2 import BytecodeCache
from jinja2.bccache import Bucket

from grader.errors import GraderError
from grader.files import write_atomically


class Bytecode(BytecodeCache):
    """A template's code is taken where the very same source was compiled by the same jinja2 and Python."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def _file(self, bucket: Bucket) -> Path:
        return self._folder / f"{bucket.key}.jinja"

    def load_bytecode(self, bucket: Bucket) -> None:
        """Fill the bucket; jinja2 itself sees to it that source and versions are the same."""
        try:
            bucket.load_bytecode(io.BytesIO(self._file(bucket).read_bytes()))
        except OSError:
            bucket.reset()

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what was compiled, where Python would keep its own, and the folder can be written."""
        if sys.dont_write_bytecode:
            return
        code = io.BytesIO()
        bucket.write_bytecode(code)
        try:
            self._folder.mkdir(exist_ok=True)
            write_atomically(self._file(bucket), code.getvalue())
        except (OSError, GraderError):
            pass  # an installation that isn't ours to write
