"""The public checks: the solutions pass them all, the stubs fail each with a sentence, mistakes are found."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import redis
from redis.backoff import ConstantBackoff
from redis.retry import Retry

ROOT = Path(__file__).parents[2]
MODULES = [
    path.stem.removeprefix("test_") for path in sorted((ROOT / "exercises" / "tests").glob("test_*.py"))
]


@pytest.fixture
def starter(tmp_path):
    """A folder as a student has it, with the solutions in place of the stubs."""
    for name in ("examples", "tests"):
        shutil.copytree(
            ROOT / "exercises" / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__")
        )
    for module in MODULES:
        shutil.copy(ROOT / "solutions" / f"{module}.py", tmp_path)
    return tmp_path


def run_checks(folder, port):
    command = [sys.executable, "-m", "pytest", "-q", "-W", "error", "-p", "no:cacheprovider", "tests"]
    environment = {**os.environ, "VALKEY_PORT": str(port), "COLUMNS": "200"}
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=120, check=False, env=environment
    )


def failed(finished):
    return set(
        re.findall(r"^(?:FAILED|ERROR) tests/test_\w+\.py::(\w+)", finished.stdout, flags=re.MULTILINE)
    )


def test_the_solutions_pass(starter, unused_port):
    finished = run_checks(starter, unused_port)
    assert finished.returncode == 0, finished.stdout
    assert int(re.search(r"(\d+) passed", finished.stdout)[1]) > 30


def test_they_run_on_the_servers_database_15_too(starter, container_port):
    patient = Retry(ConstantBackoff(0.05), 100)
    with redis.Redis("127.0.0.1", container_port, retry=patient) as client:
        client.set("mine", 1, ex=60)
        assert run_checks(starter, container_port).returncode == 0
        assert client.delete("mine") == 1


def test_the_stubs_fail_each_check_with_a_sentence(starter, unused_port):
    for module in MODULES:
        shutil.copy(ROOT / "exercises" / f"{module}.py", starter)
    finished = run_checks(starter, unused_port)
    assert finished.returncode == 1
    assert "passed" not in finished.stdout.splitlines()[-1]
    sentences = re.findall(
        r"^Not done yet: (\w+)\.__init__ is still to be written\.$", finished.stdout, re.MULTILINE
    )
    assert {name.lower() for name in sentences} == {name.replace("_", "") for name in MODULES}
    assert len(sentences) == len(re.findall(r"^(?:FAILED|ERROR) ", finished.stdout, re.MULTILINE)) > 30
    assert "NotImplementedError" not in finished.stdout


# Rounds of one mistake in each module: what is right, what it becomes, and the check that finds it.
MISTAKES = [
    {
        "cache_manager": (", ex=self._seconds(ttl)", "", "test_every_key_expires"),
        "leaderboard": ("-finite(score)", "finite(score)", "test_the_order_is_score_then_name"),
        "shopping_cart": ("self._key, self._ttl)", "self._key, 60)", "test_a_change_restarts_the_time"),
        "session_store": ("ex=self._lifetime)", "keepttl=True)", "test_every_key_expires"),
        "rate_limiter": ("used < limit", "used <= limit", "test_as_many_as_the_limit_are_allowed"),
    },
    {
        "cache_manager": ("nx=True, ", "", "test_of_callers_at_the_same_time_one_computes"),
        "leaderboard": ("start=before + 1", "start=1", "test_neighbours_know_their_ranks"),
        "shopping_cart": ("pipeline.delete(self._key)", "pipeline.ping()", "test_of_checkouts_at_the"),
        "session_store": ("redis.call('HGET', KEYS[1], 'data')}", "ARGV[3]}", "test_a_session_gives"),
        "rate_limiter": ("{len(named(name))}:", "", "test_users_and_limiters_do_not_count"),
    },
]


@pytest.mark.parametrize("mistakes", MISTAKES)
def test_mistakes_are_found(starter, unused_port, mistakes):
    for module, (right, wrong, _) in mistakes.items():
        file = starter / f"{module}.py"
        text = file.read_text()
        assert right in text
        file.write_text(text.replace(right, wrong))
    found = failed(run_checks(starter, unused_port))
    for _, _, check in mistakes.values():
        assert any(name.startswith(check) for name in found), (check, found)
