"""Runs a piece of Python behind the walls; a program of its own, so that tests can run it as any user.

    python enclosed.py CHOICE FOLDER CODE

FOLDER is a private run folder; CODE sees ``view``, the enclosure as a dict. What it prints comes out.
"""

import json
import os
import sys
from dataclasses import asdict
from pathlib import Path

from grader.sandbox.walls import WallsPlan, choose, enclose


def main(choice: str, folder: Path, code: str) -> None:
    submission, sockets, scratch = (folder / name for name in ("submission", "sockets", "scratch"))
    for place in (submission, sockets, scratch):
        place.mkdir(exist_ok=True)
    (submission / "cache_manager.py").write_text("GREETING = 'hello'\n")
    enclosure = enclose(WallsPlan(choose(choice), submission, sockets, scratch))
    view = json.dumps(asdict(enclosure))
    script = f"import json, os, sys\nview = json.loads({view!r})\n{code}"
    command = [*enclosure.command, "-c", script]
    os.execve(command[0], command, enclosure.environment)


main(sys.argv[1], Path(sys.argv[2]), sys.argv[3])
