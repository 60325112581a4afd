"""Starts the worker behind its walls."""

import json
import socket
import subprocess
from dataclasses import asdict, dataclass
from pathlib import Path

from grader.assignment import Bounds
from grader.errors import GraderError
from grader.loop import Loop
from grader.sandbox.walls import Enclosure
from grader.sandbox.worker import Worker

CONTROL = "control.sock"


@dataclass(frozen=True)
class Ground:
    """The worker's files: ``sockets`` is the folder that it sees, in which its sockets and clock lie."""

    sockets: Path
    clock: Path
    warm_up: Path


def start_worker(loop: Loop, enclosure: Enclosure, ground: Ground, bounds: Bounds) -> Worker:
    """Start the zygote; it gets ready while the caller does other things (see ``Worker.wait_ready``)."""
    listener = socket.socket(socket.AF_UNIX)
    path = ground.sockets / CONTROL
    path.unlink(missing_ok=True)
    listener.bind(str(path))
    path.chmod(0o666)
    listener.listen(1)

    def inside(file: Path) -> str:
        return f"{enclosure.sockets}/{file.name}"

    config = {
        "clock": inside(ground.clock),
        "paths": [enclosure.library],
        "root": enclosure.submission,
        "warm_up": inside(ground.warm_up),
        "filter": enclosure.filter,
        "limits": enclosure.limits,
        "bounds": asdict(bounds),
    }
    arguments = [f"{enclosure.program}/worker.py", inside(path), json.dumps(config)]
    try:
        popen = subprocess.Popen(
            [*enclosure.command, *arguments],
            env=enclosure.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,  # says nothing, but ends when it ends
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError as error:
        listener.close()
        raise GraderError(f"The sandboxed worker can't be started: {error}") from None
    return Worker(loop, bounds, popen, listener)
