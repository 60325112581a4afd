"""Each example runs from a shell, on an embedded server and in a container, and prints what it should."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import redis
from redis.backoff import ConstantBackoff
from redis.retry import Retry

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted((ROOT / "exercises" / "examples").glob("0?_*.py"))

# What must be in each example's output.
PRINTED = {
    1: [
        "GET gives hello",
        "INCRBY counts on the server and gives 5",
        "'logins': '2'",
        "['basket', 'book', 'search']",
        "{'bob'}",
        r"\('cy', 61.0\), \('bob', 55.0\)|\['cy', 61.0\], \['bob', 55.0\]",
        "TTL after SET with EX 60: (60|59)",
        "TTL after PERSIST: -1",
        "Cleaned up: 7 keys",
    ],
    2: [
        "Two reads, database asked 1 time",
        "Stale price: 900",
        "Price after DEL: 700",
        "Cache: 620 database: 650",
        "After the queue is drained: 620 in 1 write for 3 changes",
        "Without a lock the database is read ([2-9]|10) times",
        "With a lock the database is read 1 time\n",
    ],
    3: [
        "The token has 43 characters",
        r"(hello ada, \d+ ms left\s+){3}",
        "is older than its idle time, and alive",
        r"3\. Left alone, it ends by itself.\n   the session is over",
        "Deleted: 1\n   the session is over",
    ],
    4: [
        "Request 3: allowed",
        r"Request 4: refused, try again in \d+ ms",
        r"Request 5: refused, try again in \d+ ms",
        "Request 6: allowed",
        "Allowed: 3 of 20",
        "The set has 3 members",
    ],
    5: [
        "failed: command not allowed when used memory > 'maxmemory'",
        r"longest ago goes:\n   Hit rate of the popular pages: [1-7]\d%",
        r"used least goes:\n   Hit rate of the popular pages: (9\d|100)%",
        "LFU is better here",
        "Cleaned up: True",
    ],
    6: [
        "First job: bake",
        r"Waiting: \['wrap', 'send'\]",
        "BLPOP waited and got: a late job",
        "it gives up: None",
        "ann takes soup\n   bob takes salad",
        "never said that he was done: 1",
        r"ann takes over: \['salad'\]",
    ],
    7: [
        "Visits in all: 20000",
        r"Estimated \d+, really 4910: [0-3]\.\d% off",
        r"home: \d+\n   search: \d+\n   books: \d+",
        "Now first: help",
    ],
}


def run(example, port):
    command = [sys.executable, "-W", "error", str(example)]
    environment = {**os.environ, "VALKEY_PORT": str(port)}
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, env=environment)


def check_output(example, finished):
    assert finished.stderr == ""
    assert finished.returncode == 0
    for pattern in PRINTED[int(example.name[:2])]:
        assert re.search(pattern, finished.stdout), f"{pattern!r} is not in\n{finished.stdout}"
    assert "Cleaned up" in finished.stdout.splitlines()[-1]


def test_there_are_seven():
    assert [int(example.name[:2]) for example in EXAMPLES] == sorted(PRINTED) == [1, 2, 3, 4, 5, 6, 7]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_on_an_embedded_server(example, unused_port):
    check_output(example, run(example, unused_port))


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_in_a_container(example, container_port):
    patient = Retry(ConstantBackoff(0.05), 100)
    with redis.Redis("127.0.0.1", container_port, retry=patient, decode_responses=True) as client:
        client.config_resetstat()
        check_output(example, run(example, container_port))
        # It was used, and nothing is left behind.
        assert client.info("stats")["total_commands_processed"] > 5
        assert client.dbsize() == 0
        assert client.config_get("maxmemory*") == {
            "maxmemory": "0",
            "maxmemory-policy": "noeviction",
            "maxmemory-samples": "5",
            "maxmemory-clients": "0",
            "maxmemory-eviction-tenacity": "10",
        }


def test_make_has_a_target_for_each():
    for number in PRINTED:
        dry = subprocess.run(
            ["make", "--dry-run", f"example-{number}"], cwd=ROOT, capture_output=True, text=True, check=True
        )
        assert f"exercises/examples/0{number}_" in dry.stdout
