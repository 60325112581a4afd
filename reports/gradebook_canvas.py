"""The gradebook as Canvas imports it: students with a grade only, for an empty cell would erase one."""

from collections.abc import Iterable

from reports.class_row import Row, Standing
from reports.gradebook import number_cell, scaled, text_cell, to_csv

STUDENT_COLUMNS = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]
EXCUSED = "EX"


def canvas(rows: Iterable[Row], maximum: float, column: str) -> str:
    """``column`` is the assignment's title, with its Canvas id in brackets where that's known."""
    possible = ["    Points Possible", "", "", "", "", number_cell(maximum)]
    graded = [row for row in rows if row.on_roster and row.standing in (Standing.GRADED, Standing.EXCUSED)]
    return to_csv([[*STUDENT_COLUMNS, text_cell(column)], possible, *(_line(row, maximum) for row in graded)])


def _line(row: Row, maximum: float) -> list[str]:
    grade = EXCUSED if row.standing is Standing.EXCUSED else number_cell(scaled(row, maximum))
    who = (row.name, row.canvas_id, row.sis_user_id, row.sis_login_id, row.section)
    return [*(text_cell(cell) for cell in who), grade]
