"""A student's row for the reports: from the record, the scored results and the roster."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from grader.assignment import Assignment
from grader.course.marking import SCORECARD
from grader.course.names import Directory, Label, common_prefix
from grader.course.store import Record
from grader.overrides import Override
from grader.results import Adjustment, Outcome, Results
from grader.roster import Student
from grader.scoring import days_late, full_marks
from reports.class_row import Points, Row, Standing


def identified(records: Iterable[Record], roster: tuple[Student, ...]) -> list[Record]:
    """The records with their owners by this roster, which may be a later one than when they were graded."""
    records = list(records)
    directory = Directory(roster)
    prefix = common_prefix([record.key for record in records if ":" not in record.key])
    owners = [directory.find(Label(record.key, record.shown), prefix) for record in records]
    return [
        replace(record, identifier=owner.identifier if owner else "")
        for record, owner in zip(records, owners, strict=True)
    ]


def labels(records: Iterable[Record], roster: tuple[Student, ...]) -> dict[str, str]:
    """How reports call each submission's owner, by folder: the name, or more where two have the same."""
    people = {student.identifier: student.name for student in roster}
    names = {record.folder: people.get(record.identifier, record.shown) for record in records}
    often = Counter(names.values())
    owners = {record.folder: record.identifier or record.name for record in records}
    return {f: name if often[name] == 1 else f"{name} ({owners[f]})" for f, name in names.items()}


def present_row(record: Record, results: Results, student: Student | None, assignment: Assignment) -> Row:
    """The row of someone who handed something in; its label is still to be set."""
    person = student or Student(record.identifier, record.shown)
    moment = datetime.fromisoformat(record.submitted_at)
    checks = [check for exercise in results.exercises for check in exercise.checks]
    row = Row(
        name=person.name,
        standing=_standing(record, results),
        on_roster=student is not None,
        submission=record.name,
        submitted_at=record.submitted_at,
        time_source=record.time_source,
        days_late=days_late(assignment, moment),
        score=results.score,
        max_score=results.max_score,
        points=tuple(Points(e.id, e.title, e.score, e.max_score) for e in results.exercises),
        adjustments=results.adjustments,
        link=f"students/{record.folder}/{SCORECARD}",
        reason=results.reason or record.reason,
        isolated=results.run.isolated or not checks,
        time_outs=sum(check.outcome is Outcome.TIMED_OUT for check in checks),
        warnings=_warnings(record, results, assignment),
    )
    return _identified(row, person)


def _identified(row: Row, person: Student) -> Row:
    """The row with all that the roster says about its owner."""
    return replace(
        row,
        identifier=person.identifier,
        section=person.section,
        email=person.email,
        canvas_id=person.canvas_id,
        sis_user_id=person.sis_user_id,
        sis_login_id=person.sis_login_id,
        moodle_id=person.moodle_id,
    )


def _standing(record: Record, results: Results) -> Standing:
    if results.score is not None:
        return Standing.GRADED
    if any(a.kind == "excused" and not (a.exercise or a.check) for a in results.adjustments):
        return Standing.EXCUSED
    return Standing.UNREADABLE if record.fault == "submission" else Standing.NOT_GRADED


def _warnings(record: Record, results: Results, assignment: Assignment) -> tuple[str, ...]:
    """What an instructor should know about how it was handed in."""
    notes = [*record.warnings, *results.submission.warnings]
    if record.late_mark and not assignment.due:
        notes.append("The platform marked it as late; the assignment has no due date.")
    if (
        assignment.due
        and record.time_source == "file"
        and days_late(assignment, datetime.fromisoformat(record.submitted_at))
    ):
        notes.append("Late by the time of its files; the roster's column submitted_at can say better.")
    return tuple(notes)


def absent_row(student: Student, assignment: Assignment, overrides: tuple[Override, ...]) -> Row:
    """The row of someone who handed nothing in; an override of everything counts all the same."""
    standing, score = Standing.ABSENT, None
    whole = [o for o in overrides if not (o.exercise or o.check)]
    for override in whole:
        standing = Standing.EXCUSED if override.excused else Standing.GRADED
        score = override.points
    row = Row(
        student.name,
        standing,
        student.name,
        score=score,
        max_score=full_marks(assignment),
        adjustments=tuple(
            Adjustment("excused" if o.excused else "override", o.points or 0.0, o.reason, by=o.by)
            for o in whole
        ),
    )
    return _identified(row, student)
