"""Measures a class run: wall time for each submission, memory, and the ratio to one after the other."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import click

from tests.course.generated_class import generate

BIN = Path(sys.executable).parent
SAMPLE = 10  # submissions that are graded one by one with the command
MIB = 1024


def run(*command):
    """Seconds of wall time, and the peak memory in MiB of the largest process."""
    began = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, _, usage = os.wait4(process.pid, 0)
    return time.monotonic() - began, usage.ru_maxrss / MIB


def measure(folder, count):
    """Grades a class of ``count``; seconds for each, and MiB."""
    shutil.rmtree(folder, ignore_errors=True)
    generate(folder / "submissions", count)
    seconds, memory = run(
        BIN / "grader", "class", folder / "submissions", "--out", folder / "graded", "--seed", "1"
    )
    return seconds / count, memory


def one_by_one(folder, count):
    """Seconds for each of a sample, graded with the command one after the other."""
    submissions = sorted((folder / "submissions").iterdir())
    sample = submissions[:: max(1, count // SAMPLE)][:SAMPLE]
    times = [run(BIN / "grade", path, "--out", folder / "one", "--seed", "1")[0] for path in sample]
    return sum(times) / len(times)


def main(count):
    """Prints the figures."""
    folder = Path(tempfile.mkdtemp(prefix="bench-class-"))
    try:
        each, memory = measure(folder, count)
        alone = one_by_one(folder, count)
        _, small = measure(folder, max(10, count // 5))
    finally:
        shutil.rmtree(folder)
    click.echo(f"{count} submissions: {each:.3f} s each on {os.cpu_count()} cores, {1 / each:.2f} a second")
    click.echo(f"one by one: {alone:.3f} s each; the class run is {alone / each:.2f} times as fast")
    click.echo(f"largest process: {memory:.0f} MiB; with {max(10, count // 5)} submissions {small:.0f} MiB")


if __name__ == "__main__":
    main(int(sys.argv[1]))
