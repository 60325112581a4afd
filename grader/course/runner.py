"""Runs a class on any executor: a bounded number at a time, our own faults tried again.

A generator: it yields each submission as soon as it is dealt with and keeps nothing of it, so that
memory doesn't grow with the class. What is yielded once is not yielded again.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from dataclasses import dataclass, field, replace
from typing import Generic, TypeVar

from grader.errors import SubmissionError

TICK_SECONDS = 0.5  # how often whoever watches hears that time goes on

T = TypeVar("T")  # what is to be done
J = TypeVar("J")  # what travels
G = TypeVar("G")  # what comes back


@dataclass(frozen=True)
class Plan(Generic[T, J, G]):
    """How to run: what travels for a task, what is called with it, and how often at most."""

    pack: Callable[[T], J]  # may raise SubmissionError
    work: Callable[[J], G]  # importable by name where it runs
    faulty: Callable[[G], str]  # the reason to try again, '' for none
    window: int  # tasks in flight at once
    tries: int = 2


@dataclass(frozen=True)
class Finished(Generic[T, G]):
    """A task that was dealt with; without a value there is the error that came instead."""

    task: T
    value: G | None
    error: BaseException | None = None


@dataclass(frozen=True)
class Tick(Generic[T]):
    """Nothing came for a moment; the task that has been under way the longest, and for how long."""

    slowest: T
    seconds: float


@dataclass
class _Flight(Generic[T, J]):
    """A task under way."""

    task: T
    job: J
    tries: int = 1
    since: float = field(default_factory=time.monotonic)
    running: bool = False  # seen to run; an executor need not tell


def run_all(
    tasks: Iterable[T], plan: Plan[T, J, G], executor: Executor
) -> Iterator[Finished[T, G] | Tick[T]]:
    """Runs every task; yields each once as it is finished, and Ticks between."""
    waiting = iter(tasks)
    flights: dict[Future[G], _Flight[T, J]] = {}
    try:
        yield from _fill(flights, waiting, plan, executor)
        while flights:
            _note_begun(flights)
            done, _ = wait(flights, timeout=TICK_SECONDS, return_when=FIRST_COMPLETED)
            for future in done:
                finished = _land(future, flights.pop(future), plan)
                if isinstance(finished, _Flight):
                    flights[executor.submit(plan.work, finished.job)] = finished
                else:
                    yield finished
            yield from _fill(flights, waiting, plan, executor)
            if not done:
                yield _tick(flights)
    finally:
        for future in flights:
            future.cancel()


def _fill(
    flights: "dict[Future[G], _Flight[T, J]]", waiting: Iterator[T], plan: Plan[T, J, G], executor: Executor
) -> Iterator[Finished[T, G]]:
    """Sends tasks until the window is full; yields those that can't even be packed."""
    while len(flights) < plan.window:
        task = next(waiting, None)
        if task is None:
            return
        try:
            job = plan.pack(task)
        except SubmissionError as error:
            yield Finished(task, None, error)
            continue
        flights[executor.submit(plan.work, job)] = _Flight(task, job)


def _land(future: Future[G], flight: _Flight[T, J], plan: Plan[T, J, G]) -> Finished[T, G] | _Flight[T, J]:
    """What came of a flight: it is finished, or it is to be tried again."""
    error = future.exception() if not future.cancelled() else RuntimeError("The call was cancelled.")
    value = None if error else future.result()
    again = bool(error) or bool(value is not None and plan.faulty(value))
    if again and flight.tries < plan.tries:
        return replace(flight, tries=flight.tries + 1, since=time.monotonic(), running=False)
    return Finished(flight.task, value, error)


def _note_begun(flights: "dict[Future[G], _Flight[T, J]]") -> None:
    """Time in the queue is nobody's."""
    for future, flight in flights.items():
        if future.running() and not flight.running:
            flight.running, flight.since = True, time.monotonic()


def _tick(flights: "dict[Future[G], _Flight[T, J]]") -> Tick[T]:
    under_way = [flight for flight in flights.values() if flight.running] or list(flights.values())
    slowest = min(under_way, key=lambda flight: flight.since)
    return Tick(slowest.task, time.monotonic() - slowest.since)
