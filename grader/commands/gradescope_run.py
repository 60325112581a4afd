"""`grader gradescope-run`: grades one submission inside Gradescope's container."""

import json
from datetime import UTC, datetime
from pathlib import Path

import click

from grader.assignment_file import load_assignment
from grader.codec import from_json
from grader.errors import SubmissionError
from grader.grade import grade
from grader.gradescope import (
    OPTIONS,
    SETTINGS,
    Metadata,
    Options,
    note,
    read_metadata,
    refusal,
    unreadable,
    written,
)
from grader.settings import Settings
from reports.visibility import Visibility


@click.command("gradescope-run", hidden=True)
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
def command(folder: Path) -> None:
    """Grade FOLDER/submission and write FOLDER/results/results.json; FOLDER is /autograder."""
    metadata = read_metadata(folder / "submission_metadata.json")
    options = from_json((folder / "source" / OPTIONS).read_bytes(), Options)
    refused = refusal(metadata, options.attempts)
    text = json.dumps(refused) if refused else _graded(folder, metadata, options)
    (folder / "results" / "results.json").write_text(text, encoding="utf-8")


def _graded(folder: Path, metadata: Metadata, options: Options) -> str:
    """results.json after a grading."""
    file = folder / "source" / SETTINGS
    assignment = load_assignment(file if file.is_file() else None)
    seed = int((metadata.created_at or datetime.now(UTC)).timestamp())
    settings = Settings(seed=seed, assignment=assignment, sandbox=options.sandbox)
    try:
        results = grade(folder / "submission", settings)
    except SubmissionError as error:
        return json.dumps(unreadable(str(error)))
    click.echo(note(results, metadata))
    rules = Visibility(assignment.visibility, assignment.due, assignment.published)
    return written(results, metadata, rules)
