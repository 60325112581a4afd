"""How long a run has taken, without the time for which a busy machine kept it waiting.

A submission's total is real time, and on a machine that is shared by many a run takes many times as long:
no student shall pay for that. The process that grades and those that it talks to take turns, and get their
turns on a processor alike, so the share of time that this one got stands for all of them.
"""

import time
from pathlib import Path

TURNS = Path("/proc/self/schedstat")  # nanoseconds on a processor, then waiting for one; on Linux alone
TELLING_NS = 50_000_000  # of both together, below which their ratio says nothing


class Spent:
    """Counts from when it is made, in the process that it is made in."""

    def __init__(self) -> None:
        self._began, self._turns = time.monotonic(), _turns()

    @property
    def real(self) -> float:
        """Real time, whatever the machine did."""
        return time.monotonic() - self._began

    @property
    def seconds(self) -> float:
        """Real time as it would have passed on a machine with nothing else to do."""
        real = self.real
        ran, waited = (now - then for now, then in zip(_turns(), self._turns, strict=True))
        return real * ran / (ran + waited) if ran + waited > TELLING_NS else real

    def passes(self, seconds: float) -> bool:
        """True where it is more than these; what it has got of the processor is looked at only near them."""
        return self.real > seconds and self.seconds > seconds


def _turns() -> tuple[int, int]:
    try:
        ran, waited, *_ = TURNS.read_bytes().split()
    except (OSError, ValueError):
        return 0, 0
    return int(ran), int(waited)
