"""Several workers as one: each actor is behind other walls than the one before it.

Theory of operation. Two processes of one worker share a scratch folder, and by a file there they could hold
each other off where only Valkey may. As long as nobody makes one, a single worker does. Once two actors'
check has seen a file made or removed, a second worker stands beside the first, and actors take turns at them:
of any two that follow each other, neither can tell the other anything but through Valkey.
"""

import signal

from grader.sandbox.process import Process
from grader.sandbox.worker import Worker


class Workers:
    """What is asked of a worker, of whichever one it is for."""

    def __init__(self, first: Worker) -> None:
        self._workers = [first]

    @property
    def apart(self) -> bool:
        """True where actors that follow each other share no worker."""
        return len(self._workers) > 1

    @property
    def versions(self) -> dict[str, str]:
        """What they run: the same for all."""
        return self._workers[0].versions

    def wait_ready(self) -> None:
        """Turn the loop until all are ready; raises WorkerError where one doesn't get there."""
        for worker in self._workers:
            if not worker.versions:
                worker.wait_ready()

    def add(self, worker: Worker) -> None:
        """Have one more, which is yet to get ready."""
        self._workers.append(worker)

    def wrote(self) -> bool:
        """Whether any actor has made or removed a file."""
        return any(worker.wrote() for worker in self._workers)

    def spawn(self, place: int) -> Process:
        """A process for the actor of that place, counted from 0."""
        return self._workers[place % len(self._workers)].spawn()

    def signal(self, process: Process, number: int) -> None:
        """Send a signal to an actor's process."""
        for worker in self._workers:
            if worker.has(process):  # nobody has one that has ended with all others
                worker.signal(process, number)

    def kill(self, process: Process) -> None:
        """Kill an actor's process; what it sent before stays readable."""
        self.signal(process, signal.SIGKILL)

    def keep(self, processes: list[Process]) -> None:
        """Kill every actor's process but these, which may be actors again; see ``Process.spotless``."""
        for worker in self._workers:
            worker.keep([process for process in processes if worker.has(process)])

    def end(self) -> None:
        """Kill every actor's process and all that it started; how each ended is then known."""
        for worker in self._workers:
            worker.end()

    def held_mib(self) -> float:
        """MiB of memory that the workers' processes hold together."""
        return sum(worker.held_mib() for worker in self._workers)
