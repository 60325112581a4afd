"""What a grading costs: ``make bench`` prints it beside what pytest takes for as many empty tests.

Usage: ``python -m tests.bench [RUNS]``. Times are whole processes' wall time; the median of RUNS (default
5) is quoted, the commands taken in turn, so that a machine whose speed drifts doesn't spoil the ratios.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

GRADE = [str(Path(sys.executable).parent / "grade"), "solutions", "--server", "embedded", "--quiet"]
RATIO_LIMIT = 4.0  # to as many empty tests
SECONDS_LIMIT = 2.0  # for a whole grading
WALLS_LIMIT = 1.10  # to a grading without walls


def timed(command: list[str], folder: Path) -> float:
    """Wall seconds of one process, which must succeed."""
    environment = {**os.environ, "PYTHONPATH": str(Path.cwd())}
    began = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True, env=environment)
    del folder
    return time.perf_counter() - began


def main(runs: int) -> None:
    """Print the table; exit status 1 where a limit is broken on a machine that is otherwise idle."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        walls = [*GRADE, "--sandbox", "auto", "--out", str(folder / "walls")]
        bare = [*GRADE, "--sandbox", "none", "--out", str(folder / "bare")]
        timed(walls, folder)  # warms the file cache, and says how many checks there are
        results = json.loads((folder / "walls" / "results.json").read_text(encoding="utf-8"))
        checks = sum(len(exercise["checks"]) for exercise in results["exercises"])
        empty = folder / "test_empty.py"
        empty.write_text("".join(f"def test_{n}(): pass\n" for n in range(checks)), encoding="utf-8")
        pytest = [sys.executable, "-m", "pytest", "-q", "-c", os.devnull, str(empty)]
        rows = [(timed(pytest, folder), timed(walls, folder), timed(bare, folder)) for _ in range(runs)]
    report(rows, checks, results)


def report(rows: list[tuple[float, float, float]], checks: int, results: dict) -> None:
    """Print medians and ratios."""
    nothing, walled, bare = (statistics.median(column) for column in zip(*rows, strict=True))
    ratio = statistics.median(row[1] / row[0] for row in rows)
    walls = statistics.median(row[1] / row[2] for row in rows)
    schedules = results["run"]["schedules"]
    races = [
        c for e in results["exercises"] for c in e["checks"] if c["objective"] in {"atomicity", "crashes"}
    ]
    spent = sum(check["duration"] for check in races)
    print(f"score                       {results['score']:g} of {results['max_score']:g}")
    print(f"{checks} empty tests by pytest   {nothing:.2f} s")
    print(
        f"{checks} checks by grade         {walled:.2f} s   {ratio:.2f} times as long (limit {RATIO_LIMIT:g})"
    )
    print(f"without walls               {bare:.2f} s   walls cost {100 * (walls - 1):.0f} % (limit 10 %)")
    print(f"schedules and crashes       {schedules}, {1000 * spent / max(1, schedules):.1f} ms each")
    broken = ratio > RATIO_LIMIT or walled > SECONDS_LIMIT or walls > WALLS_LIMIT
    print("within the limits" if not broken else "beyond a limit: is the machine busy?")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
