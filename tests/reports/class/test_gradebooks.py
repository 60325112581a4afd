"""Gradebooks read back by the rules that Canvas and Moodle apply."""

import csv
import io
import re

import pytest

from reports.class_row import Points, Row, Standing
from reports.gradebook import number_cell, plain, text_cell
from reports.gradebook_canvas import canvas
from reports.gradebook_moodle import WorksheetError, fill_worksheet, moodle

from .class_samples import EXERCISES, NAMES, class_material

ROWS = class_material(len(NAMES)).rows
FORMULA = re.compile(r"[=+\-@\t\r]")
NUMBER = re.compile(r"-?\d+(\.\d{1,2})?")


def read(text):
    return list(csv.reader(io.StringIO(text, newline=""), strict=True))


@pytest.mark.parametrize(
    "text",
    [plain(ROWS, 120, EXERCISES), canvas(ROWS, 120, "=Cache (4711)"), moodle(ROWS, 120, "=Cache")],
    ids=["plain", "canvas", "moodle"],
)
def test_no_cell_is_a_formula(text):
    cells = [cell for row in read(text) for cell in row]
    bad = [
        cell for cell in cells if FORMULA.match(cell.lstrip()) and not NUMBER.fullmatch(cell) and cell != "-"
    ]
    assert bad == []


def test_names_stay_readable():
    assert text_cell("-Smith") == "'-Smith"
    assert text_cell("Smith-Jones") == "Smith-Jones"
    assert text_cell('Doe, Ann "Annie"') == 'Doe, Ann "Annie"'
    assert text_cell("Zoë\r\nX") == "Zoë  X"
    assert text_cell("\uff1d1") == "'\uff1d1"


def test_the_plain_one_holds_everybody_and_never_a_zero_for_no_score():
    header, *lines = read(plain(ROWS, 120, EXERCISES))
    rows = [dict(zip(header, line, strict=True)) for line in lines]
    assert len(rows) == len(ROWS)
    for row in rows:
        assert (row["Score"] == "") == (row["Status"] != "graded")
    names = [row["Name"] for row in rows]
    assert 'Doe, Ann "Annie"' in names
    assert "李小龙" in names


def test_numbers_have_two_decimals_at_most():
    assert [number_cell(n) for n in (66.66666, 100.0, 0.0, -0.001, None, 12.5)] == [
        "66.67",
        "100",
        "0",
        "0",
        "",
        "12.5",
    ]


def canvas_reads(text):
    """Canvas's importer: the header's rules, then student and grade by line; raises AssertionError."""
    rows = read(text)
    header = rows[0]
    assert "Student" in header[0]
    assert "ID" in header[1]
    assert len(header) > 3
    if "SIS User ID" in header[2]:
        assert header[3] == "SIS Login ID"
    last_student = next(n for n, cell in enumerate(header) if "Section" in cell)
    assignments = header[last_student + 1 :]
    assert re.fullmatch(r".+ \(\d+\)", assignments[0])
    assert re.match(r"\s*Points Possible", rows[1][0])
    assert all(len(row) == len(header) for row in rows)
    grades = {row[1] or row[0]: row[last_student + 1] for row in rows[2:]}
    # An empty cell over a grade is a change: there may be none.
    assert all(grade == "EX" or NUMBER.fullmatch(grade) for grade in grades.values())
    return float(rows[1][last_student + 1]), grades


def test_canvas_reads_it_and_finds_students_with_a_grade_only():
    possible, grades = canvas_reads(canvas(ROWS, 120, "Caching (4711)"))
    assert possible == 120
    assert len(grades) == len(NAMES) + 1
    assert grades["77"] == "EX"
    assert "Ours" not in grades


def moodle_reads(text, column, users, top):
    """Moodle's importer: one unknown user or a grade above the maximum refuses the whole file."""
    header, *rows = read(text)
    grades = {}
    for row in rows:
        cells = dict(zip(header, row, strict=True))
        assert cells["Email address"] in users
        if cells[column] in {"", "-"}:
            continue
        assert 0 <= float(cells[column]) <= top
        grades[cells["Email address"]] = float(cells[column])
    return grades


def test_moodle_reads_it_and_knows_everybody():
    extra = Row("Best", Standing.GRADED, email="best@example.org", score=130, max_score=120)
    users = {row.email for row in (*ROWS, extra) if row.email}
    grades = moodle_reads(moodle((*ROWS, extra), 120, "Caching"), "Caching", users, 120)
    assert len(grades) == len(NAMES) + 1
    assert grades["best@example.org"] == 120


EXPORTED = (
    "\ufeffIdentifier,Full name,Email address,Status,Grade,Maximum grade,"
    "Last modified (grade),Feedback comments\n"
    '"Participant 100","Doe, Ann ""Annie""",s0@example.org,Submitted,,100.00,-,\n'
    'Participant 999,Stranger,x@example.org,"No submission",,100.00,-,\n'
    "Participant 555,=cmd,s2@example.org,Submitted,,100.00,-,\n"
)


def test_the_worksheet_is_filled_in_and_otherwise_as_it_was():
    text, left = fill_worksheet(EXPORTED, ROWS, 120)
    before = {row[0]: row for row in read(EXPORTED.removeprefix("\ufeff"))}
    after = {row[0]: row for row in read(text)}
    assert after["Identifier"] == before["Identifier"]
    assert after["Participant 999"] == before["Participant 999"]
    first, third = ROWS[0], ROWS[2]
    assert after["Participant 100"][4] == number_cell(first.score * 100 / 120)
    assert after["Participant 555"][4] == number_cell(third.score * 100 / 120)
    assert after["Participant 555"][1] == "'=cmd"
    assert len(left) == len(NAMES) - 2


def test_another_file_is_no_worksheet():
    with pytest.raises(WorksheetError, match="lacks the column 'Identifier'"):
        fill_worksheet("Name,Grade\nAnn,1\n", ROWS, 120)


def test_an_excused_exercise_leaves_the_rest_to_fill_the_maximum():
    row = Row("Ann", Standing.GRADED, score=35, max_score=70, points=(Points("leaderboard", "L", 35, 70),))
    assert canvas_reads(canvas([row], 100, "C (1)"))[1]["Ann"] == "50"


def test_a_worksheet_has_its_numbers_in_its_own_language_and_may_have_short_lines():
    row = Row("Ann", Standing.GRADED, score=30, max_score=60, moodle_id="1")
    header = "Identifier,Maximum grade,Grade,Last modified (grade)\n"
    assert fill_worksheet(f'{header}Teilnehmer/in 1,"100,00",,-\n', [row], 60)[0].splitlines()[1] == (
        '"Teilnehmer/in 1","100,00","50","-"'
    )
    assert '"Participant 1","","30",""' in fill_worksheet(f"{header}Participant 1\n", [row], 60)[0]
    with pytest.raises(WorksheetError, match="'Scale: fine' is no number"):
        fill_worksheet(f"{header}Participant 1,Scale: fine,,-\n", [row], 60)
