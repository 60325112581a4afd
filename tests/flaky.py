"""Grades the whole corpus again and again under load; every verdict must be the same each time.

Usage: ``python -m tests.flaky [RUNS [SAMPLE]]``, or ``make flaky RUNS=50``. Every core gets a process that
does nothing but count, and a grading. With SAMPLE, each run grades only that many submissions, spread over
the corpus, and the next run their neighbours: after as many runs as each stands for, all had their turn.
Exit status 1 where any verdict is not what ``expect.toml`` says, or differs from that of the first run.
"""

import multiprocessing
import os
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from grader.results import Results
from tests.submissions.record import expected_fails, failed_checks, folders, graded

LOAD_SECONDS = 6 * 3600.0  # a counting process ends by itself after this, or when its parent has died
CORES = os.cpu_count() or 1

Verdicts = dict[str, str]  # a check's id: its outcome


def count_up(parent: int) -> None:
    """Keep one core busy for as long as the parent lives, and at most LOAD_SECONDS."""
    end = time.monotonic() + LOAD_SECONDS
    while time.monotonic() < end and os.getppid() == parent:
        sum(range(100_000))


@contextmanager
def load() -> Iterator[None]:
    """Every core busy, for as long as this is open."""
    processes = [multiprocessing.Process(target=count_up, args=(os.getpid(),)) for _ in range(CORES)]
    for process in processes:
        process.start()
    try:
        yield
    finally:
        for process in processes:
            process.kill()
            process.join()


def sample(paths: list[Path], size: int) -> list[Path]:
    """So many of the paths, evenly spread and the same each time; all of them for 0."""
    if not 0 < size < len(paths):
        return paths
    return [paths[n * len(paths) // size] for n in range(size)]


def turn(paths: list[Path], size: int, number: int) -> list[Path]:
    """The sample of a run, counted from 1: the next run's is shifted by one place."""
    shift = (number - 1) % len(paths)
    return sample(paths[shift:] + paths[:shift], size)


def verdicts_of(results: Results) -> Verdicts:
    """Each check's outcome."""
    return {check.id: str(check.outcome) for exercise in results.exercises for check in exercise.checks}


def judge(folder: Path) -> tuple[Verdicts, list[str]]:
    """A submission's verdicts, and sentences about what ``expect.toml`` does not say of it."""
    results = graded(folder)
    if results.reason:
        return {}, [f"was not graded: {results.reason}"]
    wanted, seen = set(expected_fails(folder)), set(failed_checks(results))
    if folder.parent.name == "faulty" and not wanted:
        return verdicts_of(results), []  # not recorded yet: the first run is what counts
    sentences = [f"{name} should fail and passes" for name in sorted(wanted - seen)]
    return verdicts_of(results), sentences + [
        f"{name} should pass and fails" for name in sorted(seen - wanted)
    ]


def compare(first: Verdicts, now: Verdicts) -> list[str]:
    """A sentence for each check whose outcome is not that of the first run."""
    return [
        f"{name} was {first.get(name, 'absent')} and is {now.get(name, 'absent')}"
        for name in sorted(first.keys() | now.keys())
        if first.get(name) != now.get(name)
    ]


def run_once(pool: ProcessPoolExecutor, chosen: list[Path], first: dict[Path, Verdicts]) -> int:
    """Grade all once; print a line for each change and give their number; fills an empty ``first``."""
    changes = 0
    for folder, (verdicts, sentences) in zip(chosen, pool.map(judge, chosen), strict=True):
        known = first.setdefault(folder, verdicts)
        for sentence in dict.fromkeys(sentences + compare(known, verdicts)):
            print(f"  {'/'.join(folder.parts[-3:])}: {sentence}", flush=True)
            changes += 1
    return changes


def main(runs: int, size: int) -> int:
    """Print what changed in so many runs and the counts; gives the exit status."""
    paths, began = folders(), time.monotonic()
    first: dict[Path, Verdicts] = {}
    gradings = verdicts = changes = 0
    each = len(sample(paths, size))
    print(
        f"{each} of {len(paths)} submissions, {runs} times, {CORES} at once beside {CORES} busy processes",
        flush=True,
    )
    with load(), ProcessPoolExecutor(CORES) as pool:
        for number in range(1, runs + 1):
            chosen = turn(paths, size, number)
            changed = run_once(pool, chosen, first)
            changes += changed
            gradings += len(chosen)
            verdicts += sum(len(first[folder]) for folder in chosen)
            print(f"run {number}: {changed} changes, {time.monotonic() - began:.0f} s", flush=True)
    print(f"{gradings} gradings of {len(first)} submissions, {verdicts} verdicts, {changes} changes")
    return 1 if changes else 0


if __name__ == "__main__":
    numbers = [int(word) for word in sys.argv[1:]]
    sys.exit(main(*(numbers + [50, 0][len(numbers) :])))
