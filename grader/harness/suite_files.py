"""The suites' files, what runs them, and the digest of all that decides a verdict."""

import hashlib
import importlib
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from types import ModuleType

SUITES = Path(__file__).parent.parent / "suites"


def suite_file(exercise: str) -> Path:
    """An exercise's suite."""
    return SUITES / f"test_{exercise}.py"


def import_suites(exercises: Iterable[str]) -> ModuleType:
    """Import pytest and the suites, for who forks later; gives ``grader.harness.run``, which runs them.

    Pytest takes modules that it finds imported as they are.
    """
    importlib.import_module("pytest_jsonreport.plugin")
    for exercise in exercises:
        with suppress(Exception):  # it is said where the suite is collected
            importlib.import_module(f"grader.suites.test_{exercise}")
    return importlib.import_module("grader.harness.run")


def suite_digest(exercises: list[str]) -> str:
    """SHA-256 of everything that decides a verdict, in hex."""
    digest = hashlib.sha256()
    shared = sorted(path for path in SUITES.glob("*.py") if not path.name.startswith("test_"))
    for path in [*shared, *map(suite_file, sorted(exercises))]:
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()
