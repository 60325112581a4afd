"""Removes containers whose grader is gone: ``python -m grader.server.sweep``, and at each new start."""

from contextlib import suppress

import docker
from docker.errors import APIError, DockerException

from grader.owner import LABEL, is_orphan


def sweep(client: docker.DockerClient) -> int:
    """Removes every orphan of ours; gives how many there were."""
    found = client.containers.list(all=True, filters={"label": f"{LABEL}pid"}, ignore_removed=True)
    orphans = [container for container in found if is_orphan(container.labels)]
    for container in orphans:
        with suppress(APIError):  # another grader's sweep may be quicker
            container.remove(force=True, v=True)
    return len(orphans)


if __name__ == "__main__":
    with suppress(DockerException):
        sweep(docker.from_env())
