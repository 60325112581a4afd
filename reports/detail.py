"""How much of each thing a report shows: bounds that keep a page small whatever a student sends."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Detail:
    """Upper bounds; what is beyond them is counted, not shown."""

    commands: int = 16  # of one check
    text: int = 400  # characters of one command, reply, key or message
    rows: int = 16  # aligned lines of expected and seen
    row: int = 240  # characters of such a line
    output: int = 4000  # characters of the student's own output
    lines: int = 40  # of that output
    frames: int = 5  # places of one traceback
    source: int = 7  # lines around such a place
    keys: int = 12
    steps: int = 60  # of a schedule


# For a check that was run alone, to be looked at closely.
FULL = Detail(
    commands=400, text=2000, rows=60, row=1000, output=64_000, lines=1000, frames=12, keys=60, steps=400
)

# From full to spare: a page takes the first that keeps it under its size.
LEVELS = (
    Detail(),
    Detail(commands=12, text=200, rows=10, output=1000, frames=3, source=5, keys=6, steps=40),
    Detail(commands=8, text=100, rows=6, row=120, output=300, frames=2, source=3, keys=4, steps=24),
    Detail(commands=3, text=60, rows=4, row=60, output=80, frames=1, source=1, keys=2, steps=12),
    Detail(commands=0, text=60, rows=2, row=40, output=0, frames=0, source=0, keys=0, steps=0),
)
