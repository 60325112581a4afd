"""One processor for all processes of a run, which take turns anyway.

Who passes a turn to a process on another processor has to wake that one up, which costs more than most
turns take. So the process that grades, the worker and Valkey stay on one. While the student's code computes
for longer, who grades goes elsewhere, so that neither keeps the other waiting.

Only Linux lets a process choose. Each run claims a processor that no other run has, by the name of a
socket, which is free again whenever its owner has ended, of whatever cause; where none is left, or there is
but one, the system chooses as ever.
"""

import os
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

NAME = "\0valkey-grader processor {}"  # in the abstract namespace, see unix(7): no file is left behind

LONG_TURN_SECONDS = 0.0005  # who has a turn for so long has work of its own, and a machine with it
CROWDED_SECONDS = 0.1  # for which nobody is then let go first

_yield: Callable[[], None] = getattr(os, "sched_yield", lambda: None)


class Processor:
    """The processor that this process shares with those it starts; it may leave and come back."""

    def __init__(self, number: int | None = None) -> None:
        self._number = number
        self._away = True
        self._all: set[int] = set() if number is None else os.sched_getaffinity(0)
        self._crowded_until = 0.0
        self.come()

    def come(self) -> None:
        """Run where the others do."""
        if self._away and self._number is not None:
            os.sched_setaffinity(0, {self._number})
        self._away = False

    def give_turn(self) -> bool:
        """Let the others go first, for a moment; False where it isn't they who are waiting for a turn."""
        began = time.monotonic()
        if began < self._crowded_until:
            return False
        _yield()
        ended = time.monotonic()
        if ended - began > LONG_TURN_SECONDS:
            self._crowded_until = ended + CROWDED_SECONDS
        return True

    def leave(self) -> None:
        """Run anywhere; who was started before stays."""
        if not self._away and self._number is not None:
            os.sched_setaffinity(0, self._all)
        self._away = True


@contextmanager
def claim() -> Iterator[Processor]:
    """A processor for this process and all that it starts from now on."""
    with socket.socket(socket.AF_UNIX) as name:
        processor = Processor(_find_free(name))
        try:
            yield processor
        finally:
            processor.leave()


def _find_free(name: socket.socket) -> int | None:
    allowed = os.sched_getaffinity(0) if hasattr(os, "sched_setaffinity") else set()
    # The first processor is left for last: it has most of the machine's own work.
    for number in sorted(allowed, reverse=True) if len(allowed) > 1 else ():
        try:
            name.bind(NAME.format(number))
        except OSError:
            continue  # another run has it
        return number
    return None
