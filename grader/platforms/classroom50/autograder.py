"""Grades one submission for Classroom 50.

Put it into the configuration repository as <classroom>/autograders/<assignment>/autograder.py. It is run
in the student's checkout and needs the command `grade` on the machine: the image of the grader has it.
Writes result.json and release-body.md. Leaves with 0 where the submission was graded, whatever its score,
else with the grader's own status, which Classroom 50 records as an error.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

GRADE = os.environ.get("GRADER_COMMAND", "grade")
FILES = {"classroom50": Path("result.json"), "markdown": Path("release-body.md")}
GRADED = {0, 1}  # 1: below --fail-under
NOT_GRADED = 4


def main() -> int:
    """Grades the folder it is started in."""
    # A student may have committed files of these names: a verdict of their own.
    for path in FILES.values():
        remove(path)
    program = shutil.which(GRADE)
    if program is None:
        print(f"The grader is not here: there is no command {GRADE}.", file=sys.stderr)
        return NOT_GRADED
    formats = [option for name, path in FILES.items() for option in ("--format", f"{name}={path}")]
    # What else the grader prints and writes is the instructor's: students read this log and this folder.
    with tempfile.TemporaryDirectory() as out:
        command = [program, ".", "--quiet", "--out", out, "--sandbox", "bubblewrap", *formats]
        done = subprocess.run(command, check=False)
    if done.returncode in GRADED and all(path.is_file() for path in FILES.values()):
        return 0
    FILES["classroom50"].unlink(missing_ok=True)
    print(
        f"This submission could not be graded (status {done.returncode}); nothing was charged.",
        file=sys.stderr,
    )
    return done.returncode or NOT_GRADED


def remove(path: Path) -> None:
    """Removes what lies at a path, a folder or a link too, so that nothing is written elsewhere."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


if __name__ == "__main__":
    sys.exit(main())
