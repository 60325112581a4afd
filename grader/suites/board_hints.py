"""Hints that are chosen by what a check of the board has seen: the same wrong answer has several causes."""

from typing import Any

from grader.suites.board_entries import EXACT, FROM_ONE, RANKS
from grader.suites.lab import Lab
from grader.suites.stand_ins import Method

TEXT = "The new score is a float: what comes from a script, or from a hash, is text."
POINTS = "add returns the new score, not the points."
WHOLE = (
    "The new score comes back with all its digits: round nothing, and let a script return text, for Valkey "
    "cuts a script's numbers to whole ones."
)
SIZE = "Each player counts once, whatever the score is."
REMOVED = "remove is True or False: ZREM says how many it took away."
TINY = 1e-6  # less comes from adding in another way, not from rounding
NO_SCORE = "Who is not on the board has no score, not 0."
REMEMBERED = "This call asked Valkey nothing: an old answer is out of date as soon as another process writes."


def of_a_sum(seen: Any, wanted: float, points: float, usual: str = "") -> str:
    """A hint for what add returned, other than it should."""
    if isinstance(seen, str):
        return TEXT
    if not isinstance(seen, int | float):
        return usual
    if seen == points:
        return POINTS
    nearer = is_near(seen, wanted, TINY)
    return WHOLE if seen and is_near(seen, wanted, 1) and not nearer else usual


def is_near(seen: float, wanted: float, distance: float) -> bool:
    """Whether one is less than so far from the other; a whole number may be larger than any float."""
    return wanted - distance < seen < wanted + distance


def of_a_score(seen: Any, wanted: float | None, usual: str = "") -> str:
    """A hint for a score that is nearly right, or 0 where there is none."""
    if wanted is None:
        return NO_SCORE if seen == 0 and seen is not None else usual
    near = isinstance(seen, int | float) and seen != wanted and is_near(seen, wanted, 1)
    return EXACT if near else usual


def of_ranks(seen: Any, wanted: list[int]) -> str:
    """A hint for ranks that rank gave."""
    return FROM_ONE if seen == [rank - 1 for rank in wanted] else RANKS


def ask(lab: Lab, method: Method, *args: Any, hint: str) -> tuple[Any, str]:
    """What a reading call gives, and the hint if that is wrong: whether it asked the server at all."""
    before = lab.last_number
    answer = method(*args)
    return answer, hint if lab.last_number > before else REMEMBERED
