"""A hint for whoever takes UTC for local time, or local time for UTC: an end that is hours off.

The worker's local time is another than UTC (see ``grader.sandbox.walls``), so such a mistake makes a check
fail. It looks the same in all exercises: a moment among a command's arguments that lies as far from now as
the two differ, and as a time-to-live of at most an hour besides.
"""

import re

from grader.proxy.recording import Recording
from grader.sandbox.walls import WEST_SECONDS

HOUR = 3600
HINT = (
    "This end is given as a moment, and lies hours off: utcnow() says nothing of its zone, and timestamp() "
    "takes it for local time. Count from time.time(), or give seconds."
)
_MOMENT = re.compile(rb"([0-9]{10})(?:[0-9]{3}|\.[0-9]+)?")  # seconds since 1970, or milliseconds


def hours_off(recording: Recording, wall: float) -> str:
    """The hint where any command names such a moment; else ''.

    ``wall`` is the time of day at which the check began, in seconds since 1970.
    """
    for one in recording.sent:
        for part in one.command[1:]:
            found = _MOMENT.fullmatch(part)
            if found and _is_off(int(found[1]) - wall - one.at):
                return HINT
    return ""


def _is_off(left: float) -> bool:
    return 0 <= left - WEST_SECONDS <= HOUR or 0 <= left + WEST_SECONDS <= HOUR
