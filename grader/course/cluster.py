"""Grades on a Dask cluster through its own executor; ``distributed`` is an optional extra.

Submissions travel as bytes and results come back as data, so no disk is shared. A worker runs each
grading in a fresh process of its own, as a local run does. Dask gives what a dead worker had under way
to another one, and the runner takes each result once.
"""

import importlib
import importlib.util
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import grader
from grader.course.job import GradedOne, Job
from grader.course.processes import call_in_process
from grader.errors import GraderError, UsageError

CONNECT_SECONDS = 15


@dataclass(frozen=True)
class Cluster:
    """A cluster to grade on, and how many submissions it takes at once."""

    executor: Executor
    threads: int


@contextmanager
def connect(address: str) -> Iterator[Cluster]:
    """The cluster of the scheduler at ``address``; UsageError where it can't be used."""
    if importlib.util.find_spec("distributed") is None:
        raise UsageError(
            "--scheduler needs Dask: install the extra with 'pip install valkey-grader[cluster]'."
        )
    distributed: Any = importlib.import_module("distributed")
    try:
        client = distributed.Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError) as error:
        raise UsageError(f"There is no Dask scheduler at {address}: {error}.") from None
    with client:
        threads = sum(client.nthreads().values())
        if not threads:
            raise UsageError(f"The scheduler at {address} has no workers yet; start some and try again.")
        yield Cluster(client.get_executor(pure=False), threads)


def on_worker(work: Callable[[Job], GradedOne], seconds: float) -> Callable[[Job], GradedOne]:
    """What a worker is to call for a job: ``work`` in a process of its own, for ``seconds`` at most."""
    return partial(_work, work, seconds, grader.__version__)


def _work(work: Callable[[Job], GradedOne], seconds: float, version: str, job: Job) -> GradedOne:
    """On a worker: grades a job, unless another version of the grader is installed there."""
    if version != grader.__version__:
        raise GraderError(
            f"This worker has version {grader.__version__} of the grader, and {version} is wanted: "
            "install the same on every machine."
        )
    graded: GradedOne = call_in_process(seconds, work, job)
    return graded
