"""`grader sign`: puts a signature into results."""

import os
from pathlib import Path

import click

from grader.errors import UsageError
from grader.files import write_atomically
from grader.signing import SIGNING_KEY, VERIFY_KEY, new_keys, sign


@click.command("sign")
@click.argument("results", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--new-key", is_flag=True, help="Print a new pair of keys instead.")
def command(results: Path | None, *, new_key: bool) -> None:
    """Sign RESULTS, a results.json, in place, with the key in GRADER_SIGNING_KEY."""
    if new_key:
        private, public = new_keys()
        click.echo(f"# Keep this one secret.\n{SIGNING_KEY}={private}\n# Anybody may have this one.")
        click.echo(f"{VERIFY_KEY}={public}")
        return
    if results is None:
        raise UsageError("Say which results to sign: grader sign results.json.")
    # Whole or not at all: a disk that is full must not cost the results.
    write_atomically(results.resolve(), sign(results.read_bytes(), os.environ))
    click.echo(f"Signed {results}.")
