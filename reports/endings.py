"""What each call of a race gave, beside the endings that are right."""

from grader.results import Value
from reports.detail import Detail
from reports.view import Endings, Piece
from reports.visible import line

_ARROW = " → "  # between a call and what it gave
_SHOWN = 3  # right endings; more say nothing new


def endings(expected: Value | None, seen: Value | None, detail: Detail) -> Endings | None:
    """The endings line by line, what fits no right one marked; None where the values are no endings."""
    if not expected or not seen or expected.type or seen.type:
        return None
    right = [one.split("\n") for one in expected.text.split("\n\n")]
    given = seen.text.split("\n")
    if not all(_ARROW in text for one in (*right, given) for text in one):
        return None
    return Endings(
        tuple(_lines(one, [True] * len(one), detail) for one in right[:_SHOWN]),
        _lines(given, [_fits(text, right) for text in given], detail),
        more=max(0, len(right) - _SHOWN),
    )


def _fits(text: str, right: list[list[str]]) -> bool:
    """Whether a call gave what it gives in a right ending; one of which no ending tells may give anything."""
    call = text.partition(_ARROW)[0]
    told = {one for ending in right for one in ending if one.partition(_ARROW)[0] == call}
    return not told or text in told


def _lines(texts: list[str], fits: list[bool], detail: Detail) -> tuple[Piece, ...]:
    """Lines, those that don't fit marked."""
    both = zip(texts, fits, strict=True)
    return tuple(Piece(line(text, detail.row), not fit) for text, fit in both)[: detail.rows]
