"""What a stage is made from, and what is told of it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from grader.admin import Admin
from grader.assignment import Bounds
from grader.clock import Clock
from grader.interleave.trouble import Trouble
from grader.loop import Loop
from grader.processor import Processor
from grader.proxy.relay import Relay
from grader.sandbox.workers import Workers

Tell = Callable[[str, str, Any], None]  # an actor's name ('' for the clock), what it does, and with what


@dataclass(frozen=True)
class Kit:
    """What a stage is made from; it outlives the check."""

    loop: Loop
    workers: Workers
    relay: Relay
    clock: Clock
    admin: Admin
    bounds: Bounds
    trouble: Trouble
    processor: Processor
    inside: Callable[[str], str]  # a socket's path as it is behind the walls
