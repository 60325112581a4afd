"""Results that a command is handed: read, or a sentence that says why they can't be."""

from pathlib import Path

from grader.codec import DecodeError, from_json
from grader.errors import UsageError
from grader.results import FORMAT_VERSION, Results


def read_results(path: Path) -> Results:
    """The results in a file; UsageError where there are none, or they have a form that isn't ours."""
    try:
        results = from_json(path.read_bytes(), Results)
    except (OSError, DecodeError) as error:
        raise UsageError(f"{path} can't be read as results: {error}.") from None
    if results.format_version != FORMAT_VERSION:
        raise UsageError(
            f"{path} has format_version {results.format_version}, and this version of the grader reads "
            f"{FORMAT_VERSION}: read it with the version that wrote it."
        )
    return results
