"""Writes the gradebooks of a class beside its report."""

from pathlib import Path

from grader.assignment import Assignment
from grader.assignment_file import read_text
from grader.course.store import Store, write_changed
from grader.errors import UsageError
from grader.scoring import full_marks
from reports.class_row import Row
from reports.gradebook import plain
from reports.gradebook_canvas import canvas
from reports.gradebook_moodle import WorksheetError, fill_worksheet, moodle

PLAIN = "gradebook.csv"
WORKSHEET = "moodle-worksheet.csv"


def write_gradebooks(
    store: Store, assignment: Assignment, rows: tuple[Row, ...], worksheet: Path | None
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Every gradebook, the worksheet where one was given: names of files, and what should be known of it."""
    maximum, book = full_marks(assignment), assignment.gradebook
    notes: tuple[str, ...] = ()
    exercises = [(e.id, e.title) for e in assignment.exercises if e.enabled]
    texts = {
        PLAIN: plain(rows, maximum, exercises),
        "gradebook-canvas.csv": canvas(rows, maximum, book.canvas_column or assignment.title),
        "gradebook-moodle.csv": moodle(rows, maximum, book.moodle_item or assignment.title),
    }
    if worksheet:
        texts[WORKSHEET], notes = _filled(worksheet, rows, maximum)
    for name, text in texts.items():
        # A byte-order mark is what makes a spreadsheet read the plain one as UTF-8; importers want none.
        write_changed(store.root / name, text.encode("utf-8-sig" if name == PLAIN else "utf-8"))
    return tuple(texts), notes


def _filled(worksheet: Path, rows: tuple[Row, ...], maximum: float) -> tuple[str, tuple[str, ...]]:
    try:
        text, missing = fill_worksheet(read_text(worksheet), rows, maximum)
    except WorksheetError as error:
        raise UsageError(f"{worksheet}: {error}") from None
    if not missing:
        return text, ()
    return text, (f"{worksheet.name} doesn't list these, who have a grade: {', '.join(missing)}.",)
