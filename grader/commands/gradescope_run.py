"""`grader gradescope-run`: grades one submission inside Gradescope's container."""

import json
from datetime import UTC, datetime
from pathlib import Path

import click

from grader.assignment_file import load_assignment
from grader.codec import from_json
from grader.grade import grade
from grader.gradescope import OPTIONS, SETTINGS, Options, read_metadata, refusal, written
from grader.settings import Settings
from reports.visibility import Visibility


@click.command("gradescope-run", hidden=True)
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
def command(folder: Path) -> None:
    """Grade FOLDER/submission and write FOLDER/results/results.json; FOLDER is /autograder."""
    source, out = folder / "source", folder / "results" / "results.json"
    options = from_json((source / OPTIONS).read_bytes(), Options)
    metadata = read_metadata(folder / "submission_metadata.json")
    refused = refusal(metadata, options.attempts)
    if refused:
        out.write_text(json.dumps(refused), encoding="utf-8")
        return
    file = source / SETTINGS
    assignment = load_assignment(file if file.is_file() else None)
    seed = int((metadata.created_at or datetime.now(UTC)).timestamp())
    settings = Settings(seed=seed, assignment=assignment, sandbox=options.sandbox)
    results = grade(folder / "submission", settings, lambda _check: None)
    rules = Visibility(assignment.visibility, assignment.due, assignment.published)
    out.write_text(written(results, metadata, rules), encoding="utf-8")
