"""infra.py up and down on a real port: it starts one server, knows its own, and leaves others alone."""

import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import redis
import yaml

from grader.server.opening import IMAGE, IMAGE_VARIABLE

ROOT = Path(__file__).parents[2]


@pytest.fixture
def infra(unused_port, tmp_path):
    """Runs infra.py on a free port, without Docker unless told; whatever runs is stopped."""

    def run(action, **variables):
        # An empty folder instead of the path: no docker is found.
        environment = {**os.environ, "VALKEY_PORT": str(unused_port), "PATH": str(tmp_path), **variables}
        command = [sys.executable, str(ROOT / "exercises" / "examples" / "infra.py"), action]
        return subprocess.run(
            command, capture_output=True, text=True, timeout=60, check=False, env=environment
        )

    yield run
    run("down")


def has_compose():
    """Whether the engine's compose is there, as the plug-in or as a program of its own."""
    commands = [["docker", "compose", "version"], ["docker-compose", "version"]]
    found = [command for command in commands if shutil.which(command[0])]
    return any(subprocess.run(command, capture_output=True, check=False).returncode == 0 for command in found)


@pytest.mark.skipif(not has_compose(), reason="docker compose is not installed")
def test_with_docker_up_runs_what_the_compose_file_says(infra, unused_port, container_image):
    docker = {"PATH": os.environ["PATH"], IMAGE_VARIABLE: container_image}
    up = infra("up", **docker)
    assert "from the container of compose.yaml" in up.stdout, up.stderr
    names = ["docker", "ps", "--all", "--filter", "name=valkey-lesson", "--format", "{{.Ports}}"]
    ports = subprocess.run(names, capture_output=True, text=True, check=True).stdout
    assert ports == f"127.0.0.1:{unused_port}->6379/tcp\n"
    assert infra("down", **docker).returncode == 0
    assert subprocess.run(names, capture_output=True, text=True, check=True).stdout == ""


def test_up_starts_a_server_on_loopback_alone_and_down_stops_it(infra, unused_port):
    up = infra("up")
    assert (up.returncode, up.stderr) == (0, "")
    assert f"Valkey runs on 127.0.0.1:{unused_port}" in up.stdout
    with redis.Redis(port=unused_port, decode_responses=True) as client:
        assert client.config_get("bind")["bind"] == "127.0.0.1"
        assert client.config_get("save")["save"] == ""
    again = infra("up")
    assert (again.returncode, again.stdout) == (0, f"Valkey already runs on 127.0.0.1:{unused_port}.\n")
    down = infra("down")
    assert (down.returncode, down.stdout) == (0, f"Valkey on 127.0.0.1:{unused_port} is stopped.\n")
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", unused_port)) != 0
    assert "No Valkey runs" in infra("down").stdout


@pytest.mark.parametrize(
    "variables", [{}, {"PATH": os.environ["PATH"]}], ids=["without Docker", "with Docker"]
)
def test_a_port_that_something_else_has_is_left_alone(infra, unused_port, variables):
    with socket.create_server(("127.0.0.1", unused_port)):
        up = infra("up", **variables)
        assert up.returncode == 1
        assert f"Port {unused_port} is taken by something else" in up.stderr
        assert "Traceback" not in up.stderr
        assert infra("down", **variables).returncode == 1


def test_another_valkey_is_left_alone(infra, unused_port, socket_path):
    """A server that is not the lesson's may hold somebody's data."""
    with redis.Redis(unix_socket_path=socket_path) as client:
        client.config_set("port", unused_port)
        try:
            assert "taken by something else" in infra("up").stderr
            assert "is not the lesson's server" in infra("down").stderr
            assert client.ping()
        finally:
            client.config_set("port", 0)


def test_a_wrong_word_is_answered_with_the_right_ones(infra):
    assert infra("sideways").stderr == "Usage: python infra.py up | down\n"


def test_the_compose_file_binds_to_loopback_and_has_the_graders_image():
    service = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]["valkey"]
    assert service["ports"] == ["127.0.0.1:${VALKEY_PORT:-6379}:6379"]
    assert service["image"] == f"${{{IMAGE_VARIABLE}:-{IMAGE}}}"
