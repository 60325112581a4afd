"""Scores, reports and gradebooks of a class, from what is stored; nothing is run."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import grader
from grader.codec import DecodeError, from_json, to_json
from grader.course.gradebooks import write_gradebooks
from grader.course.marking import RESULTS, SCORECARD, Marking, draw, mark
from grader.course.processes import call_in_process
from grader.course.rows import absent_row, find_owners, labels, present_row, waiting_row
from grader.course.store import ClassRecord, Present, Record, Store, write_changed
from grader.errors import GraderError
from grader.overrides import check_known, overrides_of
from grader.results import Results, Status
from grader.roster import Student
from reports.alike import Module, Pair, available, find_alike_files
from reports.catalogue import load
from reports.class_page import render_class
from reports.class_report import Material, build
from reports.class_row import Row
from reports.class_tally import Tally

REPORT = "class-report.html"
ALIKE = "alike.json"
ALIKE_SECONDS = 600.0
WHOLE = 100.0  # per cent


@dataclass(frozen=True)
class Closing:
    """What is wanted beside the reports."""

    stubs: tuple[tuple[str, str], ...] = ()  # module, text: what every student started from
    worksheet: Path | None = None  # exported from Moodle, to be filled in
    redraw: bool = False  # every scorecard, where its results haven't changed too


@dataclass(frozen=True)
class Closed:
    """What was written for the instructor, and what they should be told."""

    files: tuple[str, ...]  # names
    notes: tuple[str, ...] = ()  # sentences


@dataclass
class _Counted:
    """What is left of everybody's results: numbers, one row each, and which overrides met somebody."""

    tally: Tally
    rows: list[Row]
    names: set[str]  # by which overrides may call students


def close_class(store: Store, class_record: ClassRecord, closing: Closing) -> Closed:
    """Scores and draws everything anew."""
    assignment = class_record.assignment
    owners = find_owners(class_record.present, class_record.roster)
    shown = labels(class_record.present, owners)
    counted = _count(store, class_record, owners, shown, redraw=closing.redraw)
    check_known(class_record.overrides, {e.id for e in assignment.exercises}, set(counted.tally.checks))
    rows = tuple(_in_order(counted.rows, class_record.roster))
    lost = tuple(o for o in class_record.overrides if o.student not in counted.names)
    material = Material(
        title=assignment.title,
        rows=rows,
        tally=counted.tally,
        exercises=tuple((e.id, e.title) for e in assignment.exercises if e.enabled),
        pairs=_alike(store, class_record.present, shown, closing),
        titles=_objectives(),
        about=tuple(_about(class_record)),
        left_alone=class_record.left_alone,
        lost=tuple((o.student, f"{o.reason} ({o.by})") for o in lost),
    )
    write_changed(store.root / REPORT, render_class(build(material)).encode())
    files, notes = write_gradebooks(store, assignment, rows, closing.worksheet)
    nobody = tuple(f"The override for {o.student!r} is for nobody: no student is called that." for o in lost)
    return Closed((REPORT, *files), (*nobody, *notes))


def _count(
    store: Store,
    class_record: ClassRecord,
    owners: dict[str, Student | None],
    shown: dict[str, str],
    *,
    redraw: bool,
) -> _Counted:
    """Scores everybody, one at a time."""
    assignment, counted = class_record.assignment, _Counted(Tally(), [], set())
    absent = {student.identifier: student for student in class_record.roster}
    for one in class_record.present:
        owner, record = owners[one.folder], store.record(one.folder)
        names = _names(one, owner, class_record.present)
        counted.names |= names
        if owner:
            absent.pop(owner.identifier, None)
        if record is None:
            row = waiting_row(one, owner, assignment)
        else:
            known = _with_owner(record, owner)
            own = overrides_of(class_record.overrides, *names)
            results = score_one(store, known, class_record, Marking(own, known.submitted_at), redraw=redraw)
            row = present_row(known, results, owner, assignment)
            if results.status is Status.GRADED and results.exercises:
                counted.tally.add(results, shown[one.folder])
        on_roster = row.on_roster or not class_record.roster
        counted.rows.append(replace(row, label=shown[one.folder], on_roster=on_roster))
    for student in absent.values():
        own = overrides_of(class_record.overrides, student.identifier)
        counted.rows.append(absent_row(student, assignment, own))
    counted.names |= set(absent)
    return counted


def _names(one: Present, owner: Student | None, present: tuple[Present, ...]) -> set[str]:
    """How an override may call the owner of a submission: by what is nobody else's."""
    names = {one.name} | ({owner.identifier} if owner else set())
    alone = sum(other.shown == one.shown for other in present) == 1
    return names | ({one.shown} if alone else set())


def _with_owner(record: Record, owner: Student | None) -> Record:
    """The record with what this roster says: it may be a later one than when it was graded."""
    if owner is None:
        return replace(record, identifier="")
    if not owner.submitted_at:
        return replace(record, identifier=owner.identifier)
    return replace(record, identifier=owner.identifier, submitted_at=owner.submitted_at, time_source="roster")


def _in_order(rows: list[Row], roster: tuple[Student, ...]) -> list[Row]:
    """As the roster has them; those that it doesn't know at the end."""
    order = {student.identifier: n for n, student in enumerate(roster)}
    return sorted(rows, key=lambda row: order.get(row.identifier, len(order)))


def score_one(
    store: Store, record: Record, class_record: ClassRecord, marking: Marking, *, redraw: bool = False
) -> Results:
    """One student's outcomes, scored; what is drawn from them is written where it changed."""
    results = mark(store.outcomes(record.folder), class_record.assignment, marking)
    folder = store.student(record.folder)
    same = (folder / RESULTS).is_file() and (folder / RESULTS).read_bytes() == to_json(results)
    if redraw or not same or not (folder / SCORECARD).is_file():
        for name, data in draw(results, class_record.assignment):
            write_changed(folder / name, data)
    return results


def _about(class_record: ClassRecord) -> Iterator[str]:
    """How the class was graded, in sentences."""
    assignment, late = class_record.assignment, class_record.assignment.late
    if assignment.due:
        yield f"Due {assignment.due:%Y-%m-%d %H:%M %z}."
    if assignment.due and late.per_day_percent:
        grace = f" after {late.grace_minutes:g} minutes of grace" if late.grace_minutes else ""
        cap = f", {late.cap_percent:g} % at most" if late.cap_percent < WHOLE else ""
        yield f"Each day late costs {late.per_day_percent:g} %{grace}{cap}."
    yield f"Graded by version {grader.__version__} with the seed {class_record.seed}."


def _objectives() -> dict[str, str]:
    """The titles of the learning objectives, by id."""
    messages = load("en").messages
    return {key.partition(".")[2]: text for key, text in messages.items() if key.startswith("objective.")}


def _alike(
    store: Store, present: tuple[Present, ...], shown: dict[str, str], closing: Closing
) -> tuple[Pair, ...] | None:
    """Alike modules; taken from the last time where no submission has changed. None: not looked for."""
    records = [record for one in present if (record := store.record(one.folder))]
    facts = [(r.folder, r.stamp.source, shown[r.folder]) for r in records], closing.stubs
    key = hashlib.sha256(to_json(facts)).hexdigest()
    try:
        stored = from_json((store.root / ALIKE).read_bytes(), _Alike)
    except (OSError, DecodeError):
        stored = _Alike("")
    if stored.key == key:
        return stored.pairs
    if not available():
        return None
    modules = tuple(_modules(store, records, shown))
    try:
        # In a process of its own: whatever a module's text does to a lexer, the reports are drawn.
        pairs: tuple[Pair, ...] = call_in_process(
            ALIKE_SECONDS, find_alike_files, modules, dict(closing.stubs)
        )
    except GraderError:
        return None
    write_changed(store.root / ALIKE, to_json(_Alike(key, pairs)))
    return pairs


@dataclass(frozen=True)
class _Alike:
    """What was found alike, and the submissions that were compared, as a digest."""

    key: str
    pairs: tuple[Pair, ...] = ()


def _modules(store: Store, records: list[Record], shown: dict[str, str]) -> Iterator[Module]:
    for record in records:
        for path in sorted((store.student(record.folder) / "submission").glob("*.py")):
            yield Module(shown[record.folder], path)
