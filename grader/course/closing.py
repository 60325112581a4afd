"""Scores, reports and gradebooks of a class, from what is stored; nothing is run."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from grader.assignment import Assignment
from grader.assignment_file import read_text
from grader.codec import DecodeError, from_json, to_json
from grader.course.marking import RESULTS, SCORECARD, Marking, draw, mark
from grader.course.processes import call_in_process
from grader.course.rows import absent_row, identified, labels, present_row
from grader.course.store import ClassRecord, Record, Store, write_changed
from grader.errors import GraderError, UsageError
from grader.overrides import check_known, overrides_of
from grader.results import Results, Status
from grader.scoring import full_marks
from reports.alike import Pair, Source, available, find_alike
from reports.catalogue import load
from reports.class_page import render_class
from reports.class_report import Material, build
from reports.class_row import Row
from reports.class_tally import Tally
from reports.gradebook import plain
from reports.gradebook_canvas import canvas
from reports.gradebook_moodle import WorksheetError, fill_worksheet, moodle

REPORT = "class-report.html"
ALIKE = "alike.json"
ALIKE_SECONDS = 600.0
COMPARED = 64_000  # characters of a module
WORKSHEET = "moodle-worksheet.csv"


@dataclass(frozen=True)
class Closing:
    """What is wanted beside the reports."""

    stubs: tuple[tuple[str, str], ...] = ()  # module, text: what every student started from
    worksheet: Path | None = None  # exported from Moodle, to be filled in


def close_class(store: Store, class_record: ClassRecord, closing: Closing) -> tuple[str, ...]:
    """Scores and draws everything anew; the names of the files written for the instructor."""
    assignment = class_record.assignment
    records = identified(store.records(class_record), class_record.roster)
    names = labels(records, class_record.roster)
    tally, rows = _count(store, class_record, records, names)
    check_known(class_record.overrides, {e.id for e in assignment.exercises}, set(tally.checks))
    exercises = tuple((e.id, e.title) for e in assignment.exercises if e.enabled)
    pairs = _alike(store, records, names, closing)
    material = Material(assignment.title, rows, tally, exercises, pairs, _objectives())
    write_changed(store.root / REPORT, render_class(build(material)).encode())
    return (REPORT, *_write_gradebooks(store, assignment, rows, closing.worksheet))


def _count(
    store: Store, class_record: ClassRecord, records: list[Record], names: dict[str, str]
) -> tuple[Tally, tuple[Row, ...]]:
    """Scores everybody, one at a time; the counts and rows that are left of them."""
    assignment, tally, rows = class_record.assignment, Tally(), []
    people = {student.identifier: student for student in class_record.roster}
    for record in records:
        results = score_one(store, record, class_record)
        row = present_row(record, results, people.pop(record.identifier, None), assignment)
        known = row.on_roster or not class_record.roster
        rows.append(replace(row, label=names[record.folder], on_roster=known))
        if results.status is Status.GRADED and results.exercises:
            tally.add(results, names[record.folder])
    for student in people.values():
        own = overrides_of(class_record.overrides, student.identifier, student.name)
        rows.append(absent_row(student, assignment, own))
    return tally, tuple(rows)


def score_one(store: Store, record: Record, class_record: ClassRecord) -> Results:
    """One student's outcomes, scored; what is drawn from them is written where it changed."""
    own = overrides_of(class_record.overrides, record.identifier, record.name, record.shown)
    outcomes = store.outcomes(record.folder)
    results = mark(outcomes, class_record.assignment, Marking(own, record.submitted_at))
    folder = store.student(record.folder)
    same = (folder / RESULTS).is_file() and (folder / RESULTS).read_bytes() == to_json(results)
    if not same or not (folder / SCORECARD).is_file():
        for name, data in draw(results, class_record.assignment.language):
            write_changed(folder / name, data)
    return results


def _objectives() -> dict[str, str]:
    """The titles of the learning objectives, by id."""
    messages = load("en").messages
    return {key.partition(".")[2]: text for key, text in messages.items() if key.startswith("objective.")}


def _write_gradebooks(
    store: Store, assignment: Assignment, rows: tuple[Row, ...], worksheet: Path | None
) -> tuple[str, ...]:
    """Every gradebook; the worksheet where one was given. Names of files."""
    maximum = full_marks(assignment)
    exercises = [(e.id, e.title) for e in assignment.exercises if e.enabled]
    book = assignment.gradebook
    texts = {
        "gradebook.csv": plain(rows, maximum, exercises),
        "gradebook-canvas.csv": canvas(rows, maximum, book.canvas_column or assignment.title),
        "gradebook-moodle.csv": moodle(rows, maximum, book.moodle_item or assignment.title),
    }
    if worksheet:
        try:
            texts[WORKSHEET], _ = fill_worksheet(read_text(worksheet), rows, maximum)
        except WorksheetError as error:
            raise UsageError(f"{worksheet}: {error}") from None
    for name, text in texts.items():
        # A byte-order mark is what makes a spreadsheet read the plain one as UTF-8; importers want none.
        write_changed(store.root / name, text.encode("utf-8-sig" if name == "gradebook.csv" else "utf-8"))
    return tuple(texts)


def _alike(
    store: Store, records: list[Record], names: dict[str, str], closing: Closing
) -> tuple[Pair, ...] | None:
    """Alike modules; taken from the last time where no submission has changed. None: not looked for."""
    key = hashlib.sha256(to_json([(r.folder, r.stamp.source, names[r.folder]) for r in records])).hexdigest()
    try:
        stored = from_json((store.root / ALIKE).read_bytes(), _Alike)
    except (OSError, DecodeError):
        stored = _Alike("")
    if stored.key == key:
        return stored.pairs
    if not available():
        return None
    sources = tuple(_sources(store, records, names))
    try:
        # In a process of its own: whatever a module's text does to a lexer, the reports are drawn.
        pairs: tuple[Pair, ...] = call_in_process(ALIKE_SECONDS, find_alike, sources, dict(closing.stubs))
    except GraderError:
        return None
    write_changed(store.root / ALIKE, to_json(_Alike(key, pairs)))
    return pairs


@dataclass(frozen=True)
class _Alike:
    """What was found alike, and the submissions that were compared, as a digest."""

    key: str
    pairs: tuple[Pair, ...] = ()


def _sources(store: Store, records: list[Record], names: dict[str, str]) -> Iterator[Source]:
    for record in records:
        for path in sorted((store.student(record.folder) / "submission").glob("*.py")):
            yield Source(
                names[record.folder], path.name, path.read_text(encoding="utf-8", errors="replace")[:COMPARED]
            )
