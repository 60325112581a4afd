"""Writes results to the files that ``--format NAME=PATH`` names."""

from collections.abc import Iterable
from pathlib import Path

from grader.errors import UsageError
from grader.results import Results
from reports.formats.context import Context
from reports.formats.table import APPENDED, FORMATS


def parse(wanted: Iterable[str]) -> list[tuple[str, Path]]:
    """Names and paths; raises UsageError for an unknown name, or where the ``=`` is missing."""
    pairs = []
    for text in wanted:
        name, equals, path = text.partition("=")
        if not equals or not path:
            raise UsageError(f"--format takes NAME=PATH, such as junit=report.xml, not {text!r}.")
        if name not in FORMATS:
            raise UsageError(f"There is no format {name!r}; there are {', '.join(FORMATS)}.")
        pairs.append((name, Path(path)))
    return pairs


def write_formats(wanted: Iterable[str], results: Results, context: Context) -> None:
    """Write each; a file of the platform's own is added to, any other made anew."""
    for name, path in parse(wanted):
        put(path, FORMATS[name](results, context), "a" if name in APPENDED else "w")


def put(path: Path, text: str, mode: str = "w") -> None:
    """Writes into the file itself: in the place of /dev/stdout or a pipe nothing else may be put."""
    try:
        with path.open(mode, encoding="utf-8", newline="\n") as file:
            file.write(text)
    except OSError as error:
        raise UsageError(f"{path} can't be written: {error.strerror}.") from None
