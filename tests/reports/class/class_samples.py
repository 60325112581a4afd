"""Classes made by hand: rows and results of any size, with names of every kind."""

import random

from grader.results import (
    Adjustment,
    CheckResult,
    ExerciseResult,
    Isolation,
    Outcome,
    Results,
    Run,
    Status,
    Submission,
)
from reports.alike import Pair, Piece
from reports.class_report import Material, build
from reports.class_row import Points, Row, Standing
from reports.class_tally import Tally

NAMES = (
    'Doe, Ann "Annie"',
    "O'Neil; Björn",
    "-Smith",
    '=HYPERLINK("http://x","y")',
    "+Plus",
    "@at",
    "李小龙",
    "محمد علي",
    "Ünal İpek",
    "<script>alert(1)</script>",
    "Zoë\nNewline",
    "Ann\u202eLee",
)
EXERCISES = (("cache_manager", "Cache manager"), ("leaderboard", "Leaderboard"))
RUN = Run(
    "2026-11-22T10:00:00Z", 0.4, 7, "0.1.0", "", "", "3.11", "8.1", "9.1", "embedded",
    Isolation.BUBBLEWRAP, isolated=True,
)  # fmt: skip


def outcome_results(name, outcomes):
    """Results whose checks have these outcomes, two exercises, 10 points each check."""
    checks = [
        CheckResult(
            f"{EXERCISES[n % 2][0]}.c{n}",
            f"Sentence number {n} of the contract.",
            ("ttl", "values", "atomicity")[n % 3],
            10,
            10 if outcome is Outcome.PASSED else 0,
            outcome,
            message="" if outcome is Outcome.PASSED else f"cache.get gave {n} <b>, not None.",
        )
        for n, outcome in enumerate(outcomes)
    ]
    exercises = tuple(
        ExerciseResult(id_, title, sum(c.score for c in own), sum(c.points for c in own), tuple(own))
        for id_, title in EXERCISES
        for own in [[c for c in checks if c.id.startswith(id_)]]
    )
    total = sum(e.score for e in exercises)
    return Results(Status.GRADED, total, 10 * len(checks), Submission(name, "d"), RUN, exercises)


def class_material(count, checks=12, seed=3):
    """A class of ``count`` students, with everything that a report may have to show."""
    chance, tally, rows = random.Random(seed), Tally(), []
    for n in range(count):
        name = NAMES[n] if n < len(NAMES) else f"Student {n:04}"
        skill = chance.random()
        outcomes = [
            Outcome.PASSED if chance.random() < skill + 0.2 or c == 0 else Outcome.FAILED
            for c in range(checks)
        ]
        outcomes[-1] = Outcome.TIMED_OUT
        results = outcome_results(name, outcomes)
        tally.add(results, name)
        rows.append(graded_row(name, results, n))
    rows.append(Row("Nobody", Standing.ABSENT, "Nobody", identifier="n0", max_score=120))
    rows.append(
        Row(
            "Ours",
            Standing.NOT_GRADED,
            "Ours",
            identifier="n1",
            submission="n1",
            reason="Valkey died.",
            max_score=120,
        )
    )
    rows.append(
        Row(
            "Broken",
            Standing.UNREADABLE,
            "Broken",
            submission="broken",
            reason="It's no zip.",
            on_roster=False,
        )
    )
    rows.append(
        Row(
            "Ill",
            Standing.EXCUSED,
            "Ill",
            identifier="n3",
            submission="n3",
            canvas_id="77",
            reason="Excused: ill",
        )
    )
    pieces = (Piece("import json\n", shared=False), Piece("def f(x):\n    return '<b>'\n", shared=True))
    pair = Pair("leaderboard.py", NAMES[0], NAMES[1], 0.93, 0.88, pieces, pieces[::-1])
    return Material("Caching with Valkey", tuple(rows), tally, EXERCISES, (pair,), {"ttl": "Time-to-live"})


def graded_row(name, results, n):
    return Row(
        name=name,
        standing=Standing.GRADED,
        label=name,
        identifier=f"s{n}",
        section="AB"[n % 2],
        email=f"s{n}@example.org",
        canvas_id=str(900 + n),
        sis_login_id=f"login{n}",
        moodle_id=str(100 + n),
        submission=f"s{n}",
        submitted_at="2026-11-22T10:00:00+00:00",
        score=results.score,
        max_score=results.max_score,
        points=tuple(Points(e.id, e.title, e.score, e.max_score) for e in results.exercises),
        link=f"students/s{n}/scorecard.html",
        adjustments=(Adjustment("override", 5.0, "=Unclear.", by="R. Smith"),) if n == 3 else (),
        isolated=n != 4,
        time_outs=1,
    )


def class_report(count):
    return build(class_material(count))
