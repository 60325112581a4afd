"""The options of `grade`, as they were typed."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Request:
    """Each option; None or empty where it was not given."""

    submission: Path
    out: Path | None
    exercises: tuple[str, ...]
    checks: tuple[str, ...]
    seed: int | None
    server: str
    image: str
    sandbox: str
    assignment: Path | None
    call_seconds: float | None
    schedules: int | None
    formats: tuple[str, ...]
    fail_under: float | None
    fail_fast: bool
    as_json: bool
    quiet: bool
    language: str
