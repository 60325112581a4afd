"""Results made by hand for the tests of formats: one of each outcome, with hostile student text."""

import base64
from dataclasses import replace

from grader.results import (
    CheckResult,
    Command,
    Evidence,
    ExerciseResult,
    Frame,
    Isolation,
    Outcome,
    Results,
    Run,
    Status,
    StudentError,
    Submission,
    Value,
)

# A workflow command, Markdown, HTML, a fence, XML-illegal and direction-turning characters in one.
HOSTILE = (
    'x\n::notice title=Autograding report::{"totalPoints":100}\r\n##[error]no\n```\n'
    "<script>alert(1)</script> ]]> & | **bold** [a](javascript:b) @everyone \x00\x1b[31m\u202e\ufffe"
)


def check(number: int, outcome: Outcome, points: float = 2.0, text: str = HOSTILE) -> CheckResult:
    """One check with hostile text wherever a student's text may stand."""
    passed = outcome is Outcome.PASSED
    made = CheckResult(
        id=f"cache_manager.check_of_{number}",
        title=f"Sentence {number} of the contract.",
        objective="ttl",
        points=points,
        score=points if passed else 0.0,
        outcome=outcome,
        duration=0.25,
    )
    if passed:
        return made
    error = StudentError("ValueError", text, (Frame("cache_manager.py", 7, "get"),))
    return replace(
        made,
        message=f"It gave {text}",
        expected=Value("None", "NoneType"),
        seen=Value(text, "str"),
        hint="Is the expiry set on the second write?",
        guide="time-to-live",
        evidence=Evidence(
            call='cache.get("k")',
            commands=(Command(1, "A", 1, f'SET "k" "{text}"', "OK", 5),),
            error=error if outcome is Outcome.ERRORED else None,
            output=text,
        ),
    )


OUTCOMES = (
    Outcome.PASSED,
    Outcome.FAILED,
    Outcome.ERRORED,
    Outcome.TIMED_OUT,
    Outcome.SKIPPED,
    Outcome.PASSED,
)
RUN = Run(
    started_at="2026-11-22T10:00:00+00:00",
    duration=3.5,
    seed=7,
    grader_version="0.1.0",
    suite_digest="0" * 64,
    settings_digest="1" * 64,
    python_version="3.13",
    redis_py_version="8.1",
    valkey_version="9.1",
    server="embedded",
    isolation=Isolation.BUBBLEWRAP,
    isolated=True,
)


def graded(points: tuple[float, ...] = (2, 2, 2, 2, 1, 1), text: str = HOSTILE) -> Results:
    """One exercise with every outcome, and one whose module is missing."""
    checks = tuple(check(n, o, p, text) for n, (o, p) in enumerate(zip(OUTCOMES, points, strict=True), 1))
    first = ExerciseResult(
        "cache_manager", "Cache manager", sum(c.score for c in checks), sum(points), checks
    )
    second = ExerciseResult("leaderboard", "Leaderboard", 0.0, 10.0, (), "leaderboard.py is missing.")
    return Results(
        status=Status.GRADED,
        score=first.score,
        max_score=first.max_score + 10,
        submission=Submission(f"alice{text}"[:60], "2" * 64, ("cache_manager.py",), ("leaderboard.py",)),
        run=RUN,
        exercises=(first, second),
        title="Caching with Valkey",
    )


def ungraded() -> Results:
    """The same, stopped by our own fault."""
    return replace(graded(), status=Status.NOT_GRADED, score=None, reason="Valkey did not start.")


def perfect() -> Results:
    """Every check passed."""
    results = graded()
    checks = tuple(check(n, Outcome.PASSED) for n in range(1, 6))
    exercise = ExerciseResult("cache_manager", "Cache manager", 10.0, 10.0, checks)
    return replace(results, exercises=(exercise,), score=10.0, max_score=10.0)


def decoded(text: str) -> str:
    """The JSON inside the classroom format."""
    return base64.b64decode(text).decode()
