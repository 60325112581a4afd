"""Results made by hand, small but complete."""

from grader.results import CheckResult, ExerciseResult, Isolation, Outcome, Results, Run, Status, Submission

RUN = Run(
    started_at="2026-11-22T10:00:00Z",
    duration=0.4,
    seed=7,
    grader_version="0.1.0",
    suite_digest="5" * 64,
    settings_digest="6" * 64,
    python_version="3.11.7",
    redis_py_version="8.1.0",
    valkey_version="9.1.0",
    server="embedded",
    isolation=Isolation.BUBBLEWRAP,
    isolated=True,
)
OBJECTIVES = ("values", "ttl", "atomicity", "ordering")


def check(id_, outcome=Outcome.PASSED, points=10.0, **more):
    score = points if outcome is Outcome.PASSED else 0.0
    objective = more.pop("objective", "ttl")
    return CheckResult(id_, f"Title of {id_}.", objective, points, score, outcome, **more)


def exercise(id_, checks, title=""):
    score = sum(c.score for c in checks)
    return ExerciseResult(id_, title or id_, score, sum(c.points for c in checks), tuple(checks))


def results(*exercises, name="alice", status=Status.GRADED):
    total = sum(e.score for e in exercises) if status is Status.GRADED else None
    full = sum(e.max_score for e in exercises)
    return Results(status, total, full, Submission(name, "d" * 64), RUN, tuple(exercises))


def three(outcomes="PPPF"):
    """cache_manager of two checks, and one check each for the others; P passed, F failed, G our fault."""
    words = {"P": Outcome.PASSED, "F": Outcome.FAILED, "G": Outcome.GRADER_ERROR, "T": Outcome.TIMED_OUT}
    o = [words[letter] for letter in outcomes]
    return results(
        exercise("cache_manager", [check("cache_manager.a", o[0], 30), check("cache_manager.b", o[1], 10)]),
        exercise("leaderboard", [check("leaderboard.a", o[2], 30)]),
        exercise("shopping_cart", [check("shopping_cart.a", o[3], 30)]),
    )
