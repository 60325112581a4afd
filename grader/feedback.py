"""Feedback bundles: for each student a folder or zip with what they may see today, and nothing else."""

import io
import zipfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from grader.assignment import Assignment
from grader.course.marking import draw
from grader.course.store import Record, Store, write
from grader.files import make_folder
from grader.results import Results
from reports.visibility import Visibility, as_student_sees

EARLIEST = (1980, 1, 1, 0, 0, 0)  # what a zip can hold; a fixed time, so that bundles are the same bytes


def visibility(assignment: Assignment) -> Visibility:
    """The assignment's rules about what students may see."""
    return Visibility(assignment.visibility, assignment.due, assignment.published)


def write_feedback(root: Path, out: Path, now: datetime, *, zipped: bool) -> int:
    """Writes a bundle for each student of the class graded into ``root``; how many. ``now`` has an offset."""
    store = Store(root)
    class_record = store.read_class()
    make_folder(out)
    count = 0
    for record in store.records(class_record):
        seen = student_results(store.results(record.folder), class_record.assignment, now)
        _write(out, record, seen, class_record.assignment, zipped=zipped)
        count += 1
    return count


def student_results(results: Results, assignment: Assignment, now: datetime) -> Results:
    """The results as their student may see them at ``now``."""
    return as_student_sees(results, visibility(assignment), now)


def _write(out: Path, record: Record, results: Results, assignment: Assignment, *, zipped: bool) -> None:
    files = draw(results, assignment)
    if zipped:
        write(out / f"{record.folder}.zip", _zip(files))
        return
    for name, data in files:
        write(out / record.folder / name, data)


def _zip(files: tuple[tuple[str, bytes], ...]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for info, data in _members(files):
            archive.writestr(info, data)
    return buffer.getvalue()


def _members(files: tuple[tuple[str, bytes], ...]) -> Iterator[tuple[zipfile.ZipInfo, bytes]]:
    for name, data in files:
        info = zipfile.ZipInfo(name, EARLIEST)
        info.compress_type = zipfile.ZIP_DEFLATED
        info.external_attr = 0o644 << 16
        yield info, data
