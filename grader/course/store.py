"""The folder ``graded/``: each file is written whole or not at all, the record of a student last.

graded/
  class.json               what the class was graded with, and who is in it
  students/<folder>/
    outcomes.json          results as graded: scoring starts from these
    results.json           the same, scored
    scorecard.html
    submission/*.py        the modules, for the instructor
    record.json            written last: whose it is, when it came, what it was graded with
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from grader.assignment import Assignment
from grader.codec import DecodeError, from_json, to_json
from grader.errors import UsageError
from grader.files import write_atomically
from grader.overrides import Override
from grader.results import Results
from grader.roster import Student

CLASS = "class.json"
RECORD = "record.json"
OUTCOMES = "outcomes.json"
PART = ".*." + "[0-9a-f]" * 8  # a file that isn't whole yet, as write_atomically names it
FAULT = "fault.txt"  # the trace of a fault of ours


@dataclass(frozen=True)
class Stamp:
    """What a result depends on, as digests: where all three are equal, grading again is idle."""

    source: str  # of the submission as it was handed in
    suite: str  # of the checks
    settings: str  # of everything else that outcomes depend on


@dataclass(frozen=True)
class Record:
    """One student's submission in ``graded/``."""

    name: str
    key: str  # of its label: what the roster is searched for
    shown: str
    folder: str
    submitted_at: str  # stays as it was first seen, whenever the same submission is graded again
    time_source: str  # "roster" or "file"
    stamp: Stamp
    identifier: str = ""  # of the roster; '' for a submission of nobody on it
    late_mark: bool = False
    fault: str = ""  # "", "submission" or "grader"
    reason: str = ""
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Present:
    """A submission that was found, whether it is graded yet or not."""

    folder: str
    name: str
    key: str
    shown: str


@dataclass(frozen=True)
class ClassRecord:
    """What the class was graded with: enough to score and draw again without any option."""

    assignment: Assignment
    seed: int
    present: tuple[Present, ...] = ()  # the submissions that were found last
    roster: tuple[Student, ...] = ()
    overrides: tuple[Override, ...] = ()
    left_alone: tuple[str, ...] = ()  # names of what else lay there


def write(path: Path, data: bytes) -> None:
    """Puts ``data`` in place of the file, whole, and makes the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, data)


def write_changed(path: Path, data: bytes) -> bool:
    """As ``write``, but leaves a file alone that holds ``data`` already; whether it was written."""
    if path.is_file() and path.read_bytes() == data:
        return False
    write(path, data)
    return True


@dataclass(frozen=True)
class Store:
    """One ``graded/`` folder."""

    root: Path

    def student(self, folder: str) -> Path:
        """The folder of one student."""
        return self.root / "students" / folder

    def keep(self, record: Record, files: tuple[tuple[str, bytes], ...]) -> None:
        """Writes a student's files and, when all of them are there, the record; nothing older is left."""
        folder = self.student(record.folder)
        for name, data in files:
            write(folder / name, data)
        kept = {folder / name for name in (RECORD, *(name for name, _ in files))}
        for older in [path for path in folder.rglob("*") if path.is_file() and path not in kept]:
            older.unlink()
        self.keep_record(record)

    def keep_record(self, record: Record) -> None:
        """Writes the record alone: of what was graded nothing changes."""
        write(self.student(record.folder) / RECORD, to_json(record))

    def record(self, folder: str) -> Record | None:
        """The record of a student; None where there is none, or it can't be read."""
        try:
            return from_json((self.student(folder) / RECORD).read_bytes(), Record)
        except (OSError, DecodeError):
            return None

    def outcomes(self, folder: str) -> Results:
        """The results as they were graded; UsageError where they can't be read."""
        return self._results(folder, OUTCOMES)

    def results(self, folder: str) -> Results:
        """The scored results; UsageError where they can't be read."""
        return self._results(folder, "results.json")

    def _results(self, folder: str, name: str) -> Results:
        path = self.student(folder) / name
        try:
            return from_json(path.read_bytes(), Results)
        except (OSError, DecodeError) as error:
            raise UsageError(f"{path} can't be read ({error}); grade the class again to mend it.") from None

    def records(self, class_record: ClassRecord) -> Iterator[Record]:
        """The records of all who are present and were dealt with."""
        for one in class_record.present:
            if record := self.record(one.folder):
                yield record

    def write_class(self, class_record: ClassRecord) -> None:
        """Writes what the class is graded with."""
        write_changed(self.root / CLASS, to_json(class_record))

    def has_class(self) -> bool:
        """Whether a class was graded into this folder."""
        return (self.root / CLASS).is_file()

    def read_class(self) -> ClassRecord:
        """What the class was graded with; UsageError where this is no ``graded/`` folder."""
        path = self.root / CLASS
        try:
            return from_json(path.read_bytes(), ClassRecord)
        except FileNotFoundError:
            raise UsageError(
                f"{self.root} isn't a folder that 'grader class' wrote: no {CLASS} in it."
            ) from None
        except (OSError, DecodeError) as error:
            raise UsageError(
                f"{path} can't be read ({error}): it is damaged, or of another version of the grader. "
                "Move the folder away, or choose another with --out."
            ) from None

    def sweep(self) -> None:
        """Removes what writes left that were cut off."""
        for leftover in (*self.root.glob(PART), *self.root.glob(f"students/**/{PART}")):
            leftover.unlink(missing_ok=True)
