"""The class report as one self-contained page: pictures inline, no request to anywhere."""

import base64
import hashlib

from reports.class_report import ClassReport
from reports.class_row import Points, Row
from reports.gradebook import number_cell
from reports.html import environment
from reports.visible import block

BLOCK = 20_000  # characters of one piece of source


def render_class(report: ClassReport) -> str:
    """The page; it reads without its script, which only sorts and filters."""
    pages = environment().overlay()
    pages.filters = pages.filters | {
        "points": number_cell,
        "points_by_exercise": _by_exercise,
        "block": _block,
    }
    style = pages.get_template("class_report.css").render()
    script = pages.get_template("class_report.js").render()
    return pages.get_template("class_report.html").render(
        report=report, style_digest=_digest(style), script_digest=_digest(script)
    )


def _digest(text: str) -> str:
    """What the page's own policy lets through, and nothing else."""
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _by_exercise(row: Row) -> dict[str, Points]:
    return {points.exercise: points for points in row.points}


def _block(text: str) -> str:
    return block(text, BLOCK)
