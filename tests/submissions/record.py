"""Writes down which checks each faulty submission of an exercise fails; run by hand, then look at the difference.

    python tests/submissions/record.py EXERCISE [NAME ...]

Each `expect.toml` under `EXERCISE/faulty/` gets its `fails` anew; a right submission that doesn't get full
marks is told and left alone. A list is only as good as the look at it: is each check in it deserved, and is
the one that names the mistake among them?
"""

import functools
import re
import sys
import tomllib
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path

from grader.assignment import DEFAULT
from grader.grade import grade
from grader.results import Outcome, Results
from grader.settings import Settings

CORPUS = Path(__file__).parent
SEED = 1
# The corpus is graded to its end on a busy machine too: no verdict here is about time in all.
PATIENT = replace(DEFAULT, bounds=replace(DEFAULT.bounds, total_seconds=1200.0))
FAILS = re.compile(r"^fails = \[.*?\]\n", re.MULTILINE | re.DOTALL)


def folders(exercise="*", kind="*"):
    """The corpus's submissions, sorted."""
    return sorted(path.parent for path in CORPUS.glob(f"{exercise}/{kind}/*/expect.toml"))


def graded(folder):
    """A submission's results for the exercise that it is about; never touches any other."""
    settings = Settings(
        seed=SEED, assignment=PATIENT, server="embedded", exercises=(folder.parent.parent.name,)
    )
    return grade(folder, settings)


graded_once = functools.cache(graded)  # for tests that look at the same results


def expectation(folder):
    """What `expect.toml` says of a submission."""
    return tomllib.loads((folder / "expect.toml").read_text(encoding="utf-8"))


def expected_fails(folder):
    """The checks that a submission must fail, by `expect.toml`."""
    return expectation(folder)["fails"]


def failed_checks(results: Results):
    """The ids of the checks that didn't pass, without the exercise's name; raises where nothing was graded."""
    if results.reason:
        raise RuntimeError(results.reason)
    checks = [check for exercise in results.exercises for check in exercise.checks]
    return [check.id.partition(".")[2] for check in checks if check.outcome is not Outcome.PASSED]


def write_fails(folder, failed):
    """Put the list into `expect.toml`, in place of the one that is there."""
    path = folder / "expect.toml"
    rows = "".join(f"  {name!r},\n" for name in failed).replace("'", '"')
    new = f"fails = [\n{rows}]\n" if failed else "fails = []\n"
    path.write_text(FAILS.sub(lambda _: new, path.read_text(encoding="utf-8"), count=1), encoding="utf-8")


def record(folder):
    """Grade a submission and write down what it fails; a line about it."""
    failed, kind, before = failed_checks(graded(folder)), folder.parent.name, expected_fails(folder)
    if kind == "right":
        return f"right/{folder.name}: {'full marks' if not failed else f'FAILS {failed}'}"
    write_fails(folder, failed)
    if not failed:
        return f"faulty/{folder.name}: NOT CAUGHT"
    return f"faulty/{folder.name}: {len(failed)}" + ("" if before == failed else f", changed: {failed}")


def main(exercise, *names):
    """Record an exercise's submissions, or the named ones; two at a time."""
    chosen = [folder for folder in folders(exercise) if not names or folder.name in names]
    if not chosen:
        sys.exit(f"There is no such submission: {exercise} {' '.join(names)}")
    with ProcessPoolExecutor(2) as pool:
        for line in pool.map(record, chosen):
            print(line, flush=True)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    main(*sys.argv[1:])
