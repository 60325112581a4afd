"""What can happen next on a stage, and who chooses."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from grader.proxy.link import Link
from grader.sandbox.process import Ask


@dataclass(frozen=True)
class Move:
    """Something that can happen next, by one actor's doing."""

    actor: str
    link: Link | None = None  # its held commands reach Valkey
    ask: Ask | None = None  # its callback returns, or its gate opens
    count: int | None = None  # only so many of the held commands
    dies: bool = False  # and no reply reaches the process any more

    @property
    def who(self) -> tuple[str, int]:
        """Which of the actor's connections or callbacks it is."""
        return self.actor, self.link.number if self.link else -self.ask.number if self.ask else 0


Choose = Callable[[Sequence[Move]], Move]


def first_move(moves: Sequence[Move]) -> Move:
    """What runs when nobody explores: first come, first served."""
    return moves[0]


def all_begin(moves: Sequence[Move]) -> Move:
    """Every thread is in its call before the first command of any goes on."""
    return next((move for move in moves if move.ask is not None and move.ask.gate >= 0), moves[0])


def in_turn() -> Choose:
    """Every thread is in its call before any goes on; then each makes a step in its turn."""
    made: Counter[tuple[str, int]] = Counter()

    def choose(moves: Sequence[Move]) -> Move:
        move = all_begin(moves)
        if move.ask is None:
            move = min(moves, key=lambda one: made[one.who])
        made[move.who] += 1
        return move

    return choose
