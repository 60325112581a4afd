"""The facts of a run, as names and texts for the foot of a scorecard."""

from grader.results import Isolation, Results
from reports.catalogue import Catalogue
from reports.view import Fact
from reports.visible import line


def facts(results: Results, catalogue: Catalogue) -> tuple[Fact, ...]:
    """Versions, digests, seed, isolation and times; what is empty is left out."""
    run, submission = results.run, results.submission
    isolation = (
        catalogue.text("fact.isolation_none")
        if run.isolation is Isolation.NONE
        else catalogue.said(run.isolation)
    )
    # A run that ended before there was a server has no version to tell.
    version = run.valkey_version
    valkey = (
        catalogue.text("fact.valkey_text", version=version, server=catalogue.said(run.server))
        if version
        else ""
    )
    rows = (
        ("started", run.started_at, False),
        ("duration", catalogue.count("duration.seconds", run.duration), False),
        ("modules", ", ".join(submission.modules), False),
        ("seed", str(run.seed), True),
        ("valkey", valkey, False),
        ("redis_py", run.redis_py_version, False),
        ("python", run.python_version, False),
        ("grader", run.grader_version, False),
        ("isolation", isolation, False),
        ("clock", catalogue.said(run.clock), False),
        ("schedules", catalogue.number(run.schedules) if run.schedules else "", False),
        ("image", run.image, True),
        ("image_digest", run.image_digest, True),
        ("digest", submission.digest, True),
        ("suite", run.suite_digest, True),
        ("settings", run.settings_digest, True),
    )
    return tuple(Fact(catalogue.text(f"fact.{key}"), line(text), code) for key, text, code in rows if text)
