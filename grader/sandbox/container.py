"""The worker in a container, where bubblewrap can't work: the same view, no network, no powers.

The image holds a Python of 3.11 or newer as ``python3`` and need hold nothing else; redis-py is shown to it.
The worker is the container's first process: it ends when its control socket closes, which happens whenever
the grader ends, and the engine then removes the container. Its sockets are the grader's, so the engine must
share the grader's kernel: Docker Desktop's virtual machine does not.
"""

import os
import secrets
import shutil
import sys
from dataclasses import dataclass

from grader.assignment import Bounds
from grader.engine import probe_engine
from grader.owner import labels_of, this_owner

# The one place where the image is pinned; the environment overrides it.
IMAGE = f"python:{sys.version_info.major}.{sys.version_info.minor}-slim"
IMAGE_VARIABLE = "VALKEY_GRADER_SANDBOX_IMAGE"

# Users of nobody, within what an engine without root can give.
FIRST_USER, USERS = 61_000, 4_000
# Beyond the bound on the student's processes, which the kernel counts for their user: the first one's own.
SPARE_PROCESSES = 32
# Beyond the bound on one process: interpreter, page cache and the scratch folder count too.
SPARE_MIB = 512

SCRATCH = "/tmp"  # noqa: S108 - inside the sandbox, where nobody else is


@dataclass(frozen=True)
class ContainerBox:
    """What the container shows."""

    docker: str
    user: int
    bounds: Bounds
    shown: tuple[tuple[str, str], ...]  # (path on this machine, path inside), read-only
    environment: dict[str, str]
    host: str = "box"  # what it is called inside


def find() -> tuple[str, str]:
    """The docker program where a container can be had, and else a sentence that says why not."""
    docker = shutil.which("docker")
    if docker is None:
        return "", "The program docker was not found."
    engine = probe_engine(image_in_use())
    if engine.has_image:
        return docker, ""
    return "", f"{engine.problem} Pull it, or name another image in {IMAGE_VARIABLE}."


def image_in_use() -> str:
    """The sandbox's image: the environment's, else the pinned one."""
    return os.environ.get(IMAGE_VARIABLE, "") or IMAGE


def private_user() -> int:
    """A user id that nobody has, below what an engine without root can give."""
    return FIRST_USER + secrets.randbelow(USERS)


def arguments(box: ContainerBox) -> list[str]:
    """The command line up to and without Python's own options."""
    memory = f"{box.bounds.memory_mib + SPARE_MIB}m"
    words = [box.docker, "run", "--rm", "--pull", "never", "--log-driver", "none", "--network", "none"]
    words += ["--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges", "--ipc", "none"]
    words += ["--user", f"{box.user}:{box.user}", "--hostname", box.host, "--workdir", SCRATCH]
    options = f"size={box.bounds.file_mib}m,uid={box.user},gid={box.user},mode=700,noexec,nosuid,nodev"
    words += ["--tmpfs", f"{SCRATCH}:{options}"]
    words += [
        "--memory",
        memory,
        "--memory-swap",
        memory,
        "--pids-limit",
        str(box.bounds.processes + SPARE_PROCESSES),
    ]
    for source, place in box.shown:
        words += ["--mount", f"type=bind,source={source},target={place},readonly"]
    for name, value in box.environment.items():
        if name == "PATH":
            continue  # the image's own: the engine looks for Python there
        words += ["--env", f"{name}={value}"]
    for name, value in labels_of(this_owner()).items():
        words += ["--label", f"{name}={value}"]
    return [*words, "--entrypoint", "python3", image_in_use()]
