"""A student's row for the reports: from the record, the scored results and the roster."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from grader.assignment import Assignment
from grader.course.marking import SCORECARD
from grader.course.names import Directory, Label, common_prefix
from grader.course.store import Present, Record
from grader.overrides import Override
from grader.results import Adjustment, Outcome, Results
from grader.roster import Student
from grader.scoring import days_late, full_marks
from reports.class_row import Points, Row, Standing


def find_owners(present: Iterable[Present], roster: tuple[Student, ...]) -> dict[str, Student | None]:
    """Whose each submission is, by folder; the roster may be a later one than when they were graded."""
    found = tuple(present)
    directory = Directory(roster)
    prefix = common_prefix([one.key for one in found if ":" not in one.key])
    return {one.folder: directory.find(Label(one.key, one.shown), prefix) for one in found}


def labels(present: Iterable[Present], owners: dict[str, Student | None]) -> dict[str, str]:
    """How reports call each submission's owner, by folder: the name, or more where two have the same."""
    found = [(one, owners[one.folder]) for one in present]
    names = [owner.name if owner else one.shown for one, owner in found]
    often = Counter(names)
    return {
        one.folder: name if often[name] == 1 else f"{name} ({owner.identifier if owner else one.name})"
        for name, (one, owner) in zip(names, found, strict=True)
    }


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
        score=None if _all_excused(results) else results.score,
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


def _all_excused(results: Results) -> bool:
    """Whether nothing is left that counts: a 0 out of 0 is no grade, unless an override gives one."""
    decided = any(a.kind == "override" and not (a.exercise or a.check) for a in results.adjustments)
    excused = any(a.kind == "excused" for a in results.adjustments)
    return excused and not decided and not results.max_score and not results.score


def _standing(record: Record, results: Results) -> Standing:
    if _all_excused(results):
        return Standing.EXCUSED
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


def waiting_row(one: Present, student: Student | None, assignment: Assignment) -> Row:
    """The row of someone whose submission was found and not graded yet; its label is still to be set."""
    person = student or Student("", one.shown)
    row = Row(
        person.name,
        Standing.WAITING,
        on_roster=student is not None,
        submission=one.name,
        max_score=full_marks(assignment),
        reason="It was found, and left out of every run so far.",
    )
    return _identified(row, person)


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
