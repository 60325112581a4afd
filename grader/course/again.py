"""Scores or draws a graded class again; nothing is run."""

from dataclasses import dataclass, replace
from pathlib import Path

from grader.assignment import Assignment
from grader.course.closing import Closed, Closing, close_class
from grader.course.lock import alone_in
from grader.course.store import ClassRecord, Store
from grader.errors import UsageError
from grader.overrides import Override
from grader.roster import Student


@dataclass(frozen=True)
class Changes:
    """What is different this time; None: as it was graded, or scored last."""

    assignment: Assignment | None = None
    overrides: tuple[Override, ...] | None = None
    roster: tuple[Student, ...] | None = None


def score_again(root: Path, changes: Changes, closing: Closing) -> Closed:
    """Scores every student's stored outcomes anew and draws all reports."""
    Store(root).read_class()  # before a lock is written into a folder that is no class's
    with alone_in(root):
        return _score_again(Store(root), changes, closing)


def _score_again(store: Store, changes: Changes, closing: Closing) -> Closed:
    record = store.read_class()
    given = {name: value for name, value in vars(changes).items() if value is not None}
    changed = replace(record, **given)
    _refuse_ungraded(store, changed)
    closed = close_class(store, changed, _redrawing(record, changed, closing))
    # Only what could be scored is kept: a wrong override leaves the class as it was.
    store.write_class(changed)
    return closed


def _refuse_ungraded(store: Store, changed: ClassRecord) -> None:
    """UsageError where an exercise was switched on that nobody was graded on."""
    outcomes = (store.outcomes(record.folder) for record in store.records(changed))
    graded = next(({e.id for e in one.exercises} for one in outcomes if one.exercises), None)
    new = [e.id for e in changed.assignment.exercises if e.enabled and graded and e.id not in graded]
    if new:
        raise UsageError(f"{store.root} was graded without {', '.join(new)}: run 'grader class' again.")


def _redrawing(before: ClassRecord, now: ClassRecord, closing: Closing) -> Closing:
    """Scorecards that look different now are drawn anew, though their results are the same."""
    looks = [(record.assignment.language, record.assignment.guide) for record in (before, now)]
    return replace(closing, redraw=closing.redraw or looks[0] != looks[1])
