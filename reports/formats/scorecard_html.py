"""The HTML scorecard, as a student may see it."""

from grader.results import Results
from reports.formats.context import Context
from reports.html import render


def write(results: Results, context: Context) -> str:
    """One page that needs nothing else; it says itself where there is no score."""
    # The page goes to students, whose repository has the guide at its top.
    return render(results, context.language, guide=context.guide or "README.md")
