"""Results as JSON, as a student may see them."""

from grader.codec import to_json
from grader.results import Results
from reports.formats.context import Context


def write(results: Results, _context: Context) -> str:
    """The results.json format itself, whose status says whether there is a score."""
    return to_json(results).decode()
