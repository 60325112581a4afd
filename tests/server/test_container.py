"""Valkey in a real container: it answers, is walled in, and is gone afterwards, however the grader ends."""

import os
import signal
import subprocess
import sys
import time
from contextlib import closing

import docker
import pytest
import redis

from grader.assignment import Bounds
from grader.engine import can_pull, probe_engine
from grader.errors import GraderError, UsageError
from grader.owner import LABEL, is_orphan, labels_of, this_owner
from grader.server import opening
from grader.server.container import start_guard
from grader.server.opening import choose_server, image_in_use, open_server
from grader.server.sweep import sweep

HOLD = """
import sys, time
from pathlib import Path
from grader.assignment import Bounds
from grader.server import open_server
try:
    with open_server("container", Path("/nowhere"), Bounds(), sys.argv[1]) as server:
        print(server.address.port, flush=True)
        time.sleep(60)
except KeyboardInterrupt:
    sys.exit(130)
"""


@pytest.fixture
def engine():
    with closing(docker.from_env()) as client:
        yield client


@pytest.fixture
def server(valkey_image, tmp_path):
    with open_server("container", tmp_path, Bounds(server_mib=16), valkey_image) as opened:
        yield opened


def ours(engine, pid=None):
    """The containers of a grader's process, this one by default: other tests have theirs meanwhile."""
    label = f"{LABEL}pid={pid or os.getpid()}"
    return engine.containers.list(all=True, filters={"label": label}, ignore_removed=True)


def client_of(server, login):
    return redis.Redis(
        host=server.address.host,
        port=server.address.port,
        username=login.user,
        password=login.password,
        decode_responses=True,
    )


def wait_until(true, what):
    deadline = time.monotonic() + 20
    while not true():
        assert time.monotonic() < deadline, what


def test_it_answers_both_logins_and_says_what_it_is(server, valkey_image, engine):
    with client_of(server, server.admin) as admin, client_of(server, server.student) as student:
        assert admin.acl_whoami() == "admin"
        assert student.acl_whoami() == "student"
    assert server.facts.kind == "container"
    assert server.facts.version.startswith("9.1")
    assert server.facts.image == valkey_image
    assert server.facts.image_digest == engine.images.get(valkey_image).id
    assert server.alive()


def test_a_script_can_not_take_all_memory(server):
    hog = "local s, t = string.rep('x', 1048576), {} for n = 1, 2000 do t[n] = s .. n end return #t"
    # The script gets an error, or the server ends, where it is the one that gets no more.
    with (
        client_of(server, server.student) as student,
        pytest.raises((redis.ResponseError, redis.ConnectionError)),
    ):
        student.eval(hog, 0)
    wait_until(
        lambda: server.ran_out_of_memory() is not server.alive(), "it ended, and not for want of memory"
    )


def test_nobody_gets_in_without_a_password(server):
    stranger = redis.Redis(host=server.address.host, port=server.address.port, retry=None)
    with closing(stranger), pytest.raises(redis.exceptions.AuthenticationError):
        stranger.ping()


@pytest.mark.usefixtures("server")
def test_it_listens_on_loopback_alone_and_has_no_powers(engine):
    (container,) = ours(engine)
    (binding,) = container.attrs["NetworkSettings"]["Ports"]["6379/tcp"]
    assert binding["HostIp"] == "127.0.0.1"
    host = container.attrs["HostConfig"]
    assert host["CapDrop"] == ["ALL"]
    assert host["ReadonlyRootfs"] is True
    assert host["Memory"] == (16 + 256 + 64) << 20
    assert container.attrs["Config"]["User"] == "65534:65534"


def test_no_password_is_in_what_docker_shows(server, engine):
    (container,) = ours(engine)
    for login in (server.admin, server.student):
        assert login.password not in str(container.attrs)


def test_the_settings_are_in_force(server):
    with client_of(server, server.admin) as admin:
        assert admin.config_get("maxmemory*")["maxmemory"] == str(16 << 20)
        assert admin.config_get("maxmemory-policy")["maxmemory-policy"] == "noeviction"
        assert admin.config_get("save") == {"save": ""}


def test_it_is_gone_afterwards(valkey_image, tmp_path, engine):
    with open_server("container", tmp_path, Bounds(), valkey_image) as server:
        assert len(ours(engine)) == 1
    assert ours(engine) == []
    assert not server.alive()


def test_a_container_that_dies_is_seen(server, engine):
    ours(engine)[0].kill()
    wait_until(lambda: not server.alive(), "the death of the container was not seen")


@pytest.mark.parametrize(
    ("signal_number", "status"), [(signal.SIGINT, 130), (signal.SIGKILL, -9), (signal.SIGTERM, -15)]
)
def test_it_is_gone_after_a_sudden_end_of_the_grader(valkey_image, engine, signal_number, status):
    with subprocess.Popen([sys.executable, "-c", HOLD, valkey_image], stdout=subprocess.PIPE) as holder:
        assert holder.stdout.readline().strip().isdigit()
        assert len(ours(engine, holder.pid)) == 1
        holder.send_signal(signal_number)
        assert holder.wait(timeout=20) == status
    wait_until(lambda: ours(engine, holder.pid) == [], "a container was left behind")


def refused(match, choice, folder, image=""):
    """Opening such a server raises an error of ours whose sentence matches."""
    opened = open_server(choice, folder, Bounds(), image)
    with pytest.raises((GraderError, UsageError), match=match):
        opened.__enter__()


def make_orphan(engine, image, labels):
    return engine.containers.create(image, labels=labels)


def is_gone(container):
    """Whether it isn't there any more: another test's sweep may be at it, and not done yet."""
    try:
        container.reload()
    except docker.errors.NotFound:
        return True
    return False


def test_a_sweep_takes_orphans_and_nobody_elses(valkey_image, engine):
    mine = labels_of(this_owner())
    gone = mine | {f"{LABEL}started": "1"}
    elsewhere = gone | {f"{LABEL}machine": "another"}
    kept = [make_orphan(engine, valkey_image, labels) for labels in (mine, elsewhere, {"other": "x"})]
    orphan = make_orphan(engine, valkey_image, gone)
    try:
        sweep(engine)
        wait_until(lambda: is_gone(orphan), "the orphan was not swept up")
        for container in kept:
            container.reload()
    finally:
        for container in kept:
            container.remove(force=True)


def test_a_sweep_imports_nothing_from_the_folder_it_is_started_in(tmp_path, monkeypatch):
    for name in ("grader", "docker", "random"):
        (tmp_path / f"{name}.py").write_text("open('imported', 'w')\n")
    monkeypatch.chdir(tmp_path)
    guard = start_guard()
    guard.stdin.close()  # as where the grader is gone
    assert (guard.wait(), (tmp_path / "imported").exists()) == (0, False)


def test_a_new_start_sweeps(valkey_image, engine, tmp_path):
    orphan = make_orphan(engine, valkey_image, labels_of(this_owner()) | {f"{LABEL}started": "1"})
    with open_server("container", tmp_path, Bounds(), valkey_image):
        wait_until(lambda: is_gone(orphan), "the orphan was not swept up")


def test_an_orphan_is_known_by_its_owner():
    mine = labels_of(this_owner())
    assert not is_orphan(mine)
    assert is_orphan(mine | {f"{LABEL}started": "1"})
    assert is_orphan(mine | {f"{LABEL}pid": "999999999"})
    assert not is_orphan(mine | {f"{LABEL}started": "1", f"{LABEL}machine": "another"})
    assert is_orphan(mine | {f"{LABEL}created": "1"})
    assert not is_orphan({})


@pytest.mark.usefixtures("valkey_image")
def test_an_image_that_cannot_be_had_is_told(tmp_path):
    refused(r"no\.such\.registry\.invalid/valkey", "container", tmp_path, "no.such.registry.invalid/valkey:1")


def test_no_engine_is_told(tmp_path, monkeypatch):
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/none.sock")
    refused("Start one, or use --server embedded", "container", tmp_path)


def test_auto_takes_a_container_where_the_image_is_there(valkey_image, tmp_path):
    with open_server("auto", tmp_path, Bounds(), valkey_image) as server:
        assert server.facts.kind == "container"
        assert valkey_image in server.facts.note


@pytest.mark.usefixtures("valkey_image")
def test_auto_takes_the_embedded_one_where_the_image_cannot_be_had(tmp_path):
    with open_server("auto", tmp_path, Bounds(), "no.such.registry.invalid/valkey:1") as server:
        assert server.facts.kind == "embedded"
        assert "can't pull it. The embedded Valkey serves instead." in server.facts.note


def test_auto_takes_the_embedded_one_where_no_engine_answers(tmp_path, monkeypatch):
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/none.sock")
    assert choose_server("x") == (
        "embedded",
        "No Docker engine answers (No such file or directory). The embedded Valkey serves instead.",
    )


def test_the_probe_knows_images(valkey_image):
    assert probe_engine(valkey_image).has_image
    assert not probe_engine("valkey-grader-test/none:1").has_image
    assert not can_pull("no.such.registry.invalid/valkey:1")


def test_the_image_is_the_options_else_the_environments_else_the_pinned_one(monkeypatch):
    monkeypatch.delenv("VALKEY_GRADER_IMAGE", raising=False)
    assert image_in_use() == opening.IMAGE
    monkeypatch.setenv("VALKEY_GRADER_IMAGE", "mine:1")
    assert image_in_use() == "mine:1"
    assert image_in_use("theirs:1") == "theirs:1"


def test_an_unknown_choice_is_told(tmp_path):
    refused("auto, container or embedded, not 'cloud'", "cloud", tmp_path)


def test_testcontainers_is_not_imported_for_the_embedded_server(tmp_path):
    code = (
        "import sys\nfrom pathlib import Path\nfrom grader.assignment import Bounds\n"
        "from grader.server import open_server\n"
        f"with open_server('embedded', Path({str(tmp_path)!r}), Bounds()):\n    pass\n"
        "sys.exit('testcontainers' in sys.modules or 'docker' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], check=False, env=os.environ)
    assert done.returncode == 0
