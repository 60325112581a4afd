"""Results for a submission that has none: it can't be read, or we failed to grade it."""

import platform
from datetime import UTC, datetime

import grader
from grader.results import Isolation, Results, Run, Status, Submission
from grader.scoring import full_marks
from grader.settings import Settings


def no_results(name: str, digest: str, reason: str, settings: Settings) -> Results:
    """Results without a score and without checks, and the sentence that says why."""
    run = Run(
        started_at=datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        duration=0.0,
        seed=settings.seed,
        grader_version=grader.__version__,
        suite_digest="",
        settings_digest="",
        python_version=platform.python_version(),
        redis_py_version="",
        valkey_version="",
        server="none",
        isolation=Isolation.NONE,
        isolated=False,
    )
    return Results(
        status=Status.NOT_GRADED,
        score=None,
        max_score=full_marks(settings.assignment),
        submission=Submission(name, digest),
        run=run,
        exercises=(),
        title=settings.assignment.title,
        reason=reason,
    )
