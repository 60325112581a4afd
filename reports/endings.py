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
    columns = zip(*right, strict=False)
    fits = [text in column for text, column in zip(given, columns, strict=False)]
    fits += [True] * (len(given) - len(fits))
    return Endings(
        tuple(_lines(one, [True] * len(one), detail) for one in right[:_SHOWN]),
        _lines(given, fits, detail),
        more=max(0, len(right) - _SHOWN),
    )


def _lines(texts: list[str], fits: list[bool], detail: Detail) -> tuple[Piece, ...]:
    """Lines, those that don't fit marked."""
    both = zip(texts, fits, strict=True)
    return tuple(Piece(line(text, detail.row), not fit) for text, fit in both)[: detail.rows]
