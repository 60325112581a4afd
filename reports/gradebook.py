"""The gradebook as plain CSV, and what all gradebooks share: cells that no spreadsheet takes for formulas."""

import csv
import io
import re
from collections.abc import Iterable, Sequence

from reports.class_row import Row, Standing

DECIMALS = 2
# A spreadsheet computes a cell that begins like this, quoted or not.
FORMULA = re.compile(r"\s*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]")
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def text_cell(text: str) -> str:
    """A text on one line; one that begins like a formula gets an apostrophe before it and stays readable."""
    plain = CONTROL.sub(" ", text)
    return f"'{plain}" if FORMULA.match(plain) and plain != "-" else plain


def number_cell(number: float | None) -> str:
    """A number with at most two decimals; '' for none."""
    if number is None:
        return ""
    return f"{round(number, DECIMALS) + 0.0:.{DECIMALS}f}".rstrip("0").rstrip(".")


def to_csv(rows: Iterable[Sequence[str]]) -> str:
    """CSV with every cell quoted, so that commas, quotes and any script come back as they are."""
    buffer = io.StringIO(newline="")
    csv.writer(buffer, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerows(rows)
    return buffer.getvalue()


def scaled(row: Row, maximum: float) -> float | None:
    """The score out of the assignment's maximum: an excused exercise leaves the others to fill it."""
    if row.score is None:
        return None
    return row.score * maximum / row.max_score if row.max_score else row.score


def plain(rows: Iterable[Row], maximum: float, exercises: Sequence[tuple[str, str]]) -> str:
    """Every student, one to a line; ``exercises`` are ids and titles. No score is an empty cell, never 0."""
    header = [
        "Identifier", "Name", "Section", "E-mail", "Submission", "Status", "Score", "Maximum",
        *(text_cell(title) for _, title in exercises),
        "Days late", "Submitted at", "Adjustments", "Note",
    ]  # fmt: skip
    return to_csv([header, *(_line(row, maximum, exercises) for row in rows)])


def _line(row: Row, maximum: float, exercises: Sequence[tuple[str, str]]) -> list[str]:
    points = {part.exercise: part.score for part in row.points}
    changes = "; ".join(f"{a.kind} {a.points:+g}: {a.reason}" for a in row.adjustments)
    notes = [row.reason] if row.reason else []
    notes += [] if row.on_roster else ["not on the roster"]
    return [
        text_cell(row.identifier),
        text_cell(row.name),
        text_cell(row.section),
        text_cell(row.email),
        text_cell(row.submission),
        row.standing.value,
        number_cell(scaled(row, maximum)),
        number_cell(maximum),
        *(number_cell(points.get(id_)) if row.standing is Standing.GRADED else "" for id_, _ in exercises),
        str(row.days_late or ""),
        text_cell(row.submitted_at),
        text_cell(changes),
        text_cell("; ".join(notes)),
    ]
