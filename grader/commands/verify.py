"""`grader verify`: whether results are what was signed, and what grading again gives."""

import os
from pathlib import Path

import click

from grader.commands.settings import given_assignment
from grader.commands.stored import read_results
from grader.grade import grade
from grader.regrade import differences, settings_of
from grader.results import Results
from grader.settings import Settings
from grader.signing import Verdict, verify

SENTENCES = {
    Verdict.SIGNED: "The signature is right: these results are as they were signed.",
    Verdict.UNSIGNED: "These results are not signed.",
    Verdict.WRONG: "The signature is wrong: changed since, or signed with another key.",
}


@click.command("verify")
@click.argument("results", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--regrade", type=click.Path(exists=True, path_type=Path), help="Grade this submission again.")
@click.option("--assignment", "file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.pass_context
def command(context: click.Context, results: Path, regrade: Path | None, file: Path | None) -> None:
    """Verify RESULTS, a results.json, with the public key in GRADER_VERIFY_KEY; exit status 1 if wrong."""
    document = results.read_bytes()
    verdict = verify(document, os.environ)
    click.echo(SENTENCES[verdict])
    found = _regraded(read_results(results), regrade, file) if regrade else ()
    for difference in found:
        click.echo(difference)
    if regrade and not found:
        click.echo("Graded again with the recorded seed: the outcome is the same.")
    context.exit(0 if verdict is Verdict.SIGNED and not found else 1)


def _regraded(recorded: Results, submission: Path, file: Path | None) -> tuple[str, ...]:
    assignment = given_assignment(file)
    settings = settings_of(recorded, Settings(seed=recorded.run.seed, assignment=assignment))
    return differences(recorded, grade(submission, settings))
