"""The Dockerfile, built by a real engine on a base image made of this machine's Python, and run."""

import shutil
import subprocess
import sys
import sysconfig
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BASE = "valkey-grader-test/python"
IMAGE = "valkey-grader-test/grader"
DOCKERFILE = """FROM scratch
COPY root /
ENV PATH=/usr/local/bin PIP_NO_INDEX=1 PIP_FIND_LINKS=/wheels PIP_DISABLE_PIP_VERSION_CHECK=1
"""
LEFT_OUT = ("test", "__pycache__", "site-packages", "idlelib", "tkinter", "turtledemo", "config-*")


def engine_answers():
    if shutil.which("docker") is None:
        return False
    return subprocess.run(["docker", "info"], capture_output=True, check=False).returncode == 0


pytestmark = pytest.mark.skipif(not engine_answers(), reason="no Docker engine answers")


@pytest.fixture(scope="module")
def scratch():
    spec = spec_from_file_location("scratch", ROOT / "tests" / "images" / "scratch.py")
    module = module_from_spec(spec)
    sys.modules["scratch"] = module  # its dataclasses look themselves up there
    spec.loader.exec_module(module)
    return module


def run(*command, timeout=300):
    return subprocess.run(command, capture_output=True, text=True, timeout=timeout, check=False)


@pytest.fixture(scope="module")
def wheels(tmp_path_factory):
    """Every wheel of the lock, and what builds ours: the test's own package index, a folder."""
    folder = tmp_path_factory.mktemp("wheels")
    download = (sys.executable, "-m", "pip", "download", "--quiet", "--dest", folder, "--only-binary=:all:")
    for wanted in (("--require-hashes", "-r", ROOT / "requirements.lock"), ("setuptools>=77", "wheel")):
        done = run(*download, *wanted)
        assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def image(scratch, wheels, tmp_path_factory):
    version = f"python{sysconfig.get_python_version()}"
    prefix = Path(sys.base_prefix)
    library = tmp_path_factory.mktemp("base") / version
    shutil.copytree(
        prefix / "lib" / version, library, ignore=shutil.ignore_patterns(*LEFT_OUT), symlinks=True
    )
    binary = (prefix / "bin" / version).resolve()
    empty = tmp_path_factory.mktemp("tmp")
    empty.chmod(0o1777)
    programs = [binary, Path("/bin/true"), *library.glob("lib-dynload/*.so")]
    needed = {place: path for program in programs for place, path in scratch.libraries_of(program).items()}
    # Python's own library lies where this Python was built for; the loader looks here anywhere.
    needed = {f"/lib/x86_64-linux-gnu/{Path(place).name}": path for place, path in needed.items()} | {
        place: path for place, path in needed.items() if place.startswith("/lib64/")
    }
    files = {
        "/usr/local/bin/python": binary,
        f"/usr/local/lib/{version}": library,
        "/wheels": wheels,
        "/tmp": empty,
        "/bin/true": Path("/bin/true"),
        **needed,
        **_compiled_code_needs(scratch),
    }
    scratch.build(scratch.Recipe(BASE, files, DOCKERFILE))
    # The engine's newer builder leaves no half-built images behind.
    done = run(
        "env",
        "DOCKER_BUILDKIT=1",
        "docker",
        "build",
        "--quiet",
        "--build-arg",
        f"BASE={BASE}",
        "--tag",
        IMAGE,
        str(ROOT),
    )
    assert done.returncode == 0, done.stdout + done.stderr
    yield IMAGE
    run("docker", "rmi", "--force", IMAGE, BASE)


def _compiled_code_needs(scratch):
    """Libraries that wheels with compiled code expect of every system."""
    found = {}
    for name in ("libstdc++.so.6", "libgcc_s.so.1", "libpthread.so.0", "libdl.so.2", "librt.so.1"):
        path = Path("/lib/x86_64-linux-gnu") / name
        path = path if path.exists() else Path("/usr/lib/x86_64-linux-gnu") / name
        if path.exists():
            found[f"/lib/x86_64-linux-gnu/{name}"] = path.resolve()
            found |= scratch.libraries_of(path)
    return found


def test_it_runs_as_no_user_of_the_machine(image):
    done = run("docker", "run", "--rm", "--network", "none", "--entrypoint", "python", image, "-c", IDENTITY)
    assert done.stdout.split() == ["10001", "10001"], done.stderr


IDENTITY = "import os; print(os.getuid(), os.getgid())"


def test_it_holds_the_grader_and_nothing_of_the_solutions(image):
    done = run("docker", "run", "--rm", "--network", "none", "--entrypoint", "python", image, "-c", CONTENT)
    assert done.stdout.splitlines() == ["True", "[]"], done.stderr


CONTENT = """
import pathlib, grader.results, reports.formats.table
print(pathlib.Path(grader.results.__file__).is_relative_to("/opt/grader"))
print([str(path) for path in pathlib.Path("/").glob("*") if path.name in {"solutions", "tests", "build"}])
"""


def test_it_grades_the_solutions_behind_walls_and_without_a_network(image):
    done = run(
        *("docker", "run", "--rm", "--network", "none"),
        *("--security-opt", "seccomp=unconfined", "--security-opt", "apparmor=unconfined"),
        *("--volume", f"{ROOT / 'solutions'}:/submission:ro", image),
        *("/submission", "--sandbox", "bubblewrap", "--fail-under", "100"),
    )
    assert done.returncode == 0, done.stdout + done.stderr
