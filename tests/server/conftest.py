"""A real Docker engine and an image of Valkey for it, where there is one."""

import os
import sys
from pathlib import Path

import pytest

from grader.engine import probe_engine
from grader.server.embedded import find_binary

sys.path.insert(0, str(Path(__file__).parents[1]))

from images import scratch


@pytest.fixture(scope="session")
def valkey_image():
    """The tag of an image of Valkey that the engine has; built from scratch."""
    if not probe_engine("scratch").answers:
        pytest.skip("no Docker engine answers on this machine")
    return scratch.build(scratch.valkey_recipe(find_binary()))


@pytest.fixture(autouse=True)
def no_ryuk(monkeypatch):
    """Ryuk's image can't be had where there is no registry; the sweep and the guard are what is tested."""
    if "TESTCONTAINERS_RYUK_DISABLED" not in os.environ:
        monkeypatch.setenv("TESTCONTAINERS_RYUK_DISABLED", "true")
