"""The suites' shared fixtures; ``lab`` itself comes from the harness."""

from typing import Any

import pytest

from grader.suites.lab import Lab


@pytest.fixture
def rand(lab: Lab) -> Any:
    """Random data from the check's own seed."""
    return lab.random
