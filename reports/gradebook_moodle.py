"""The gradebook as Moodle imports it, and the offline worksheet that Moodle exported, filled in."""

import csv
import io
from collections.abc import Iterable, Sequence

from reports.class_row import Row, Standing
from reports.gradebook import number_cell, scaled, text_cell, to_csv

IDENTIFIER, GRADE, MODIFIED = "Identifier", "Grade", "Last modified (grade)"
MAXIMUM = "Maximum grade"


class WorksheetError(ValueError):
    """The file isn't the worksheet of a Moodle assignment; the message says what it lacks."""


def moodle(rows: Iterable[Row], maximum: float, item: str) -> str:
    """Students with a grade only; one above the maximum is cut to it, for Moodle refuses the whole file."""
    header = ["ID number", "Email address", "Full name", text_cell(item)]
    graded = [row for row in rows if row.on_roster and row.standing is Standing.GRADED]
    return to_csv([header, *(_line(row, maximum) for row in graded)])


def _line(row: Row, maximum: float) -> list[str]:
    who = (row.sis_user_id or row.identifier, row.email, row.name)
    return [*(text_cell(cell) for cell in who), _grade(row, maximum)]


def _grade(row: Row, maximum: float) -> str:
    return number_cell(min(scaled(row, maximum) or 0.0, maximum))


def fill_worksheet(exported: str, rows: Iterable[Row], maximum: float) -> tuple[str, tuple[str, ...]]:
    """The worksheet with grades filled in, and the names of graded students that it doesn't list."""
    lines = list(csv.reader(io.StringIO(exported.removeprefix("\ufeff"), newline="")))
    header = lines[0] if lines else []
    for column in (IDENTIFIER, GRADE, MODIFIED):
        if column not in header:
            raise WorksheetError(
                f"the worksheet lacks the column {column!r}; export it in Moodle with "
                "'Download grading worksheet' and hand it over as it is."
            )
    graded = {key: row for row in rows if row.standing is Standing.GRADED for key in _keys(row)}
    filled = [_filled(line, header, graded, maximum) for line in lines[1:] if line]
    listed = {id(row) for _, row in filled if row}
    left = tuple(row.name for row in {id(r): r for r in graded.values()}.values() if id(row) not in listed)
    return to_csv([header, *(line for line, _ in filled)]), left


def _keys(row: Row) -> set[str]:
    keys = {f"number:{row.moodle_id}"} if row.moodle_id else set()
    return keys | ({f"mail:{row.email.casefold()}"} if row.email else set())


def _filled(
    line: Sequence[str], header: list[str], graded: dict[str, Row], maximum: float
) -> tuple[list[str], Row | None]:
    """One line of the worksheet, its grade filled in where the student has one."""
    line = [*line, *[""] * (len(header) - len(line))]
    cells = dict(zip(header, line, strict=False))
    number = cells[IDENTIFIER].rpartition(" ")[2]
    mail = cells.get("Email address", "").removeprefix("'").casefold()
    row = graded.get(f"number:{number}") or graded.get(f"mail:{mail}")
    safe = [text_cell(cell) for cell in line]
    if row:
        out_of = _out_of(cells.get(MAXIMUM, ""), maximum)
        grade = scaled(row, out_of) or 0.0
        safe[header.index(GRADE)] = number_cell(min(grade, out_of))
    return safe, row


def _out_of(text: str, maximum: float) -> float:
    """The grade's maximum as Moodle wrote it, which writes numbers as its user's language does."""
    if not text.strip():
        return maximum
    try:
        return float(text.strip().replace(",", "."))
    except ValueError:
        raise WorksheetError(
            f"the maximum grade {text!r} is no number: only an assignment graded in points can be filled in."
        ) from None
