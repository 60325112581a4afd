"""The suites' files, and the digest of all that decides a verdict."""

import hashlib
from pathlib import Path

SUITES = Path(__file__).parent.parent / "suites"


def suite_file(exercise: str) -> Path:
    """An exercise's suite."""
    return SUITES / f"test_{exercise}.py"


def suite_digest(exercises: list[str]) -> str:
    """SHA-256 of everything that decides a verdict, in hex."""
    digest = hashlib.sha256()
    shared = sorted(path for path in SUITES.glob("*.py") if not path.name.startswith("test_"))
    for path in [*shared, *map(suite_file, sorted(exercises))]:
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()
