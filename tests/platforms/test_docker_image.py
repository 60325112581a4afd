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
FIRST_STAGE = "stage=valkey-grader-build"
DOCKERFILE = """FROM scratch
COPY root /
ENV PATH=/usr/local/bin PIP_NO_INDEX=1 PIP_FIND_LINKS=/wheels PIP_DISABLE_PIP_VERSION_CHECK=1
"""
# What bubblewrap needs of Docker, and what it doesn't.
WALLS = ("--cap-drop", "ALL", "--security-opt", "no-new-privileges")
WALLS += ("--security-opt", "seccomp=unconfined", "--security-opt", "apparmor=unconfined")
WALLS += ("--security-opt", "systempaths=unconfined")
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


def run(*command, timeout=900):
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
    files = {"/wheels": wheels, **_system(scratch, tmp_path_factory.mktemp("base"))}
    scratch.build(scratch.Recipe(BASE, files, DOCKERFILE))
    done = run("docker", "build", "--quiet", "--build-arg", f"BASE={BASE}", "--tag", IMAGE, str(ROOT))
    assert done.returncode == 0, done.stdout + done.stderr
    yield IMAGE
    run("docker", "rmi", "--force", IMAGE, BASE)
    # The engine's older builder keeps the first stage as an image without a name.
    run("docker", "image", "prune", "--force", "--filter", f"label={FIRST_STAGE}")


def _system(scratch, folder):
    """As much of a system as Python needs: itself, its libraries, and what the grader starts."""
    version = f"python{sysconfig.get_python_version()}"
    prefix, library, scratch_folder = Path(sys.base_prefix), folder / version, folder / "tmp"
    ignore = shutil.ignore_patterns(*LEFT_OUT)
    shutil.copytree(prefix / "lib" / version, library, ignore=ignore, symlinks=True)
    scratch_folder.mkdir()
    scratch_folder.chmod(0o1777)
    binary = (prefix / "bin" / version).resolve()
    tools = [Path("/bin/true"), Path("/bin/sh")]
    programs = [binary, *tools, *library.glob("lib-dynload/*.so")]
    needed = {place: path for program in programs for place, path in scratch.libraries_of(program).items()}
    return {
        "/usr/local/bin/python": binary,
        f"/usr/local/lib/{version}": library,
        "/tmp": scratch_folder,
        **{str(tool): tool.resolve() for tool in tools},
        # Python's own library lies where this Python was built for; the loader looks here anywhere.
        **{f"/lib/x86_64-linux-gnu/{Path(place).name}": path for place, path in needed.items()},
        **{place: path for place, path in needed.items() if place.startswith("/lib64/")},
        **_compiled_code_needs(scratch),
    }


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
        *WALLS,
        *("--volume", f"{ROOT / 'solutions'}:/submission:ro", image),
        *("/submission", "--sandbox", "bubblewrap", "--fail-under", "100"),
    )
    assert done.returncode == 0, done.stdout + done.stderr
