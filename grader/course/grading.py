"""Grades one job: what the class runner calls, here or on another machine."""

import tempfile
from dataclasses import replace
from pathlib import Path

from grader.assignment import DEFAULT
from grader.codec import to_json
from grader.course.job import GradedOne, Job
from grader.course.marking import draw, mark
from grader.course.store import OUTCOMES
from grader.course.ungraded import no_results
from grader.errors import SubmissionError
from grader.grade import grade
from grader.results import Results, Status
from grader.settings import Settings
from grader.submission import open_submission

SOURCE_BYTES = 256 * 1024  # of a module, kept for the instructor


def grade_one(job: Job) -> GradedOne:
    """Grades a job; errors of the grader's own come out as they are, to be tried again."""
    with tempfile.TemporaryDirectory(prefix="grader-class-") as folder:
        details = Path(folder, "details")
        details.mkdir()
        path = Path(folder, f"submission{job.suffix}")
        path.write_bytes(job.data)
        try:
            outcomes = grade(path, _without_scoring(job.settings), details=details)
            more = (*_sources(path, job), *_details(details))
        except SubmissionError as error:
            return _unreadable(job, str(error).replace(path.name, job.file))
    handed_in = replace(
        outcomes.submission, name=job.name, warnings=(*job.warnings, *outcomes.submission.warnings)
    )
    named = replace(outcomes, submission=handed_in)
    fault = "grader" if outcomes.status is Status.NOT_GRADED else ""
    return GradedOne((*_files(named, job), *more), fault, outcomes.reason if fault else "")


def _without_scoring(settings: Settings) -> Settings:
    """The settings with the points that the suites have, so that scoring can start from these again."""
    own = {exercise.id: exercise.weight for exercise in DEFAULT.exercises}
    exercises = tuple(replace(e, weight=own.get(e.id, e.weight)) for e in settings.assignment.exercises)
    return replace(
        settings, assignment=replace(settings.assignment, exercises=exercises, points={}, extra_credit=())
    )


def _details(folder: Path) -> tuple[tuple[str, bytes], ...]:
    """What the harness left for the instructor."""
    return tuple((path.name, path.read_bytes()) for path in sorted(folder.iterdir()) if path.is_file())


def _unreadable(job: Job, reason: str) -> GradedOne:
    return GradedOne(_files(no_results(job.name, "", reason, job.settings), job), "submission", reason)


def _files(outcomes: Results, job: Job) -> tuple[tuple[str, bytes], ...]:
    """The outcomes as they are, and what is drawn from them."""
    marked = mark(outcomes, job.settings.assignment, job.marking)
    return (OUTCOMES, to_json(outcomes)), *draw(marked, job.settings.assignment)


def _sources(path: Path, job: Job) -> tuple[tuple[str, bytes], ...]:
    """The exercises' modules, for the instructor's eyes and for comparing; never more than a bound."""
    with tempfile.TemporaryDirectory(prefix="grader-class-") as folder:
        opened = open_submission(path, job.settings.assignment.exercises, Path(folder))
        files = [(f"submission/{id_}.py", opened.root / module) for id_, module in opened.modules.items()]
        return tuple((name, file.open("rb").read(SOURCE_BYTES)) for name, file in files)
