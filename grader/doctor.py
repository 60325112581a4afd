"""Looks at what this machine offers for grading, and says what each lack costs."""

import importlib.metadata
import platform
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from grader.assignment import Bounds
from grader.engine import probe_engine
from grader.errors import GraderError
from grader.results import Isolation
from grader.sandbox.walls import choose
from grader.server.embedded import open_embedded
from grader.server.opening import image_in_use

OLDEST_PYTHON = (3, 11)


@dataclass(frozen=True)
class Finding:
    """One thing that a grading needs or likes to have."""

    name: str
    there: bool
    text: str  # what was found, or what was not
    cost: str = ""  # a sentence: what its lack costs, and what to do
    needed: bool = False  # nothing can be graded without it


def examine(image: str = "") -> list[Finding]:
    """Everything that matters, each thing tried and not just looked for."""
    return [_python(), _redis_py(), _embedded(), _docker(image_in_use(image)), _walls()]


def can_grade(findings: list[Finding]) -> bool:
    """Whether a submission can be graded on this machine at all."""
    servers = {"Valkey, embedded", "Docker and image"}
    return all(one.there for one in findings if one.needed) and any(
        one.there for one in findings if one.name in servers
    )


def draw(findings: list[Finding]) -> str:
    """The findings as lines for a terminal."""
    width = max(len(one.name) for one in findings)
    lines = []
    for one in findings:
        lines.append(f"{'ok' if one.there else 'no':3} {one.name:{width}}  {one.text}")
        if not one.there:
            lines.append(f"{'':4}{'':{width}}  {one.cost}")
    return "\n".join(lines)


def _python() -> Finding:
    return Finding(
        "Python",
        sys.version_info >= OLDEST_PYTHON,
        f"{platform.python_version()} on {platform.system()} {platform.machine()}",
        "Nothing can be graded: install Python 3.11 or newer.",
        needed=True,
    )


def _redis_py() -> Finding:
    try:
        version = importlib.metadata.version("redis")
    except importlib.metadata.PackageNotFoundError:
        return Finding(
            "redis-py",
            there=False,
            text="not installed",
            cost="Nothing can be graded: make grade.",
            needed=True,
        )
    return Finding("redis-py", there=True, text=version, needed=True)


def _embedded() -> Finding:
    cost = "Every run needs a Docker engine."
    try:
        with (
            tempfile.TemporaryDirectory(prefix="grade-") as name,
            open_embedded(Path(name), Bounds()) as server,
        ):
            return Finding("Valkey, embedded", there=True, text=server.facts.version)
    except GraderError as error:
        return Finding("Valkey, embedded", there=False, text=str(error), cost=cost)


def _docker(image: str) -> Finding:
    engine = probe_engine(image)
    cost = (
        f"Valkey can't run in a container: --server auto takes the embedded one, which is the same Valkey. "
        f"Start Docker and pull {image} to have both."
    )
    return Finding("Docker and image", engine.has_image, engine.problem or f"{image} is there", cost)


def _walls() -> Finding:
    walls = choose("auto")
    if walls.kind is not Isolation.NONE:
        return Finding("Walls", there=True, text=f"{walls.kind} ({walls.program})")
    cost = (
        "A student's code can reach whatever you can: grade strangers' work elsewhere. "
        "grader class refuses unless --sandbox none is given."
    )
    return Finding("Walls", there=False, text=walls.note, cost=cost)
