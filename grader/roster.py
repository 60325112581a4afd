"""The roster: who is in the class, from a CSV file whose columns may come in any order."""

import csv
import io
import unicodedata
from dataclasses import dataclass, fields
from datetime import datetime
from pathlib import Path
from typing import Any

from grader.assignment_file import read_text
from grader.errors import UsageError

# Other names of the columns, as the platforms' own exports have them.
ALIASES = {
    "id": "identifier",
    "student": "name",
    "full name": "name",
    "student name": "name",
    "email": "email",
    "e-mail": "email",
    "email address": "email",
    "github": "github",
    "github login": "github",
    "github_username": "github",
    "canvas id": "canvas_id",
    "sis user id": "sis_user_id",
    "sis login id": "sis_login_id",
    "moodle id": "moodle_id",
    "participant": "moodle_id",
    "submitted at": "submitted_at",
}


@dataclass(frozen=True)
class Student:
    """One person; what isn't known is ''."""

    identifier: str
    name: str
    section: str = ""
    email: str = ""
    github: str = ""  # login
    canvas_id: str = ""
    sis_user_id: str = ""
    sis_login_id: str = ""
    moodle_id: str = ""  # the number in Moodle's "Participant 123"
    submitted_at: str = ""  # ISO 8601 with an offset, where the platform knows better than the files


COLUMNS = tuple(field.name for field in fields(Student))


def load_roster(path: Path | None) -> tuple[Student, ...]:
    """The students of a file, none without one; UsageError says what is wrong in which line."""
    return parse_roster(read_text(path), path.name) if path else ()


def parse_roster(text: str, name: str) -> tuple[Student, ...]:
    """The students from a CSV's text, separated by commas or semicolons; UsageError with the line."""
    first = text.partition("\n")[0]
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(first), strict=True)
    try:
        return _students(rows, name)
    except csv.Error as error:
        raise UsageError(f"{name}, line {rows.line_num}: this is not CSV: {error}.") from None


def _delimiter(header: str) -> str:
    return max(",;\t", key=header.count)


def _students(rows: Any, name: str) -> tuple[Student, ...]:
    header = [_column(cell) for cell in next(rows, [])]
    for needed in ("identifier", "name"):
        if needed not in header:
            raise UsageError(
                f"{name}, line 1: the column {needed!r} is missing. Known columns: {', '.join(COLUMNS)}."
            )
    for column in COLUMNS:
        if header.count(column) > 1:
            raise UsageError(f"{name}, line 1: two columns are {column!r}; name one of them otherwise.")
    students: dict[str, Student] = {}
    for row in rows:
        if not any(cell.strip() for cell in row):
            continue
        if any(cell.strip() for cell in row[len(header) :]):
            raise UsageError(
                f"{name}, line {rows.line_num}: there are more cells than columns; "
                "a name with a comma stands in quotes."
            )
        student = _student(dict(zip(header, row, strict=False)), f"{name}, line {rows.line_num}")
        if student.identifier in students:
            raise UsageError(f"{name}, line {rows.line_num}: {student.identifier!r} is there twice.")
        students[student.identifier] = student
    return tuple(students.values())


def _column(cell: str) -> str:
    plain = cell.strip().lower()
    return ALIASES.get(plain, plain)


def _student(cells: dict[str, str], place: str) -> Student:
    """One row; columns that nobody knows are left alone."""
    known = {column: cells.get(column, "").strip() for column in COLUMNS}
    for needed, called in (("identifier", "an identifier"), ("name", "a name")):
        if not known[needed]:
            raise UsageError(f"{place}: this student lacks {called}.")
    known["moodle_id"] = known["moodle_id"].rpartition(" ")[2]  # worksheets have "Participant 123"
    student = Student(**known)
    if student.submitted_at:
        parse_time(student.submitted_at, place)
    return student


def parse_time(text: str, place: str) -> datetime:
    """An ISO 8601 time with an offset; UsageError names the ``place`` where it isn't one."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise UsageError(
            f"{place}: {text!r} is not a time with an offset, such as 2026-11-30T23:59:00+01:00."
        )
    return moment


def plain_name(name: str) -> str:
    """A name for comparing: no case, no accents' order, no punctuation, no spaces."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    return "".join(letter for letter in folded if letter.isalnum())


def sortable_name(name: str) -> str:
    """How Canvas begins a download's name: the last word of the name first, all lower case."""
    words = name.replace(",", " ").split()
    ordered = words if "," in name else words[-1:] + words[:-1]
    return plain_name("".join(ordered))
