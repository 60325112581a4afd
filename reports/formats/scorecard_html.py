"""The HTML scorecard, as a student may see it."""

from grader.results import Results
from reports.formats.context import Context
from reports.html import render


def write(results: Results, context: Context) -> str:
    """One page that needs nothing else; it says itself where there is no score."""
    return render(results, context.language)
