"""Says in which way a list of entries is wrong, so that nobody has to compare two long lists by eye.

What a list should be is what the model gives; here is only told how a wrong one differs, and which rule of
the contract that breaks. The first of these that holds is told: its form, a score, the order, who is
missing, who is too many, a rank.
"""

from dataclasses import dataclass
from itertools import zip_longest
from typing import Any
from unicodedata import normalize

from grader.interleave.calls import show
from grader.suites.board_model import BoardModel, Entry
from grader.suites.expect import CheckFailedError, value_of

LIST = "The entries come in a list: a generator, or any other iterator, does not serve for one."
FORM = "An entry is the tuple (rank, player, score), in this order."
EXACT = "A float goes to Valkey and back without loss: no rounding, no whole numbers, all 17 digits."
HIGHEST = "The highest score comes first."
TIES = "Among equal scores the order is that of the players' UTF-8 bytes, ascending."
CUT = f"{TIES} Sorting what was cut off already can't mend that."
RANKS = "A rank is one more than the number of players on the whole board with a higher score."
EQUALS = "Equal scores share a rank. Are the stored scores equal too?"
FROM_ONE = "Ranks count from 1."
NEGATIVE = "To ZRANGE a negative index counts from the end: begin at 0 at the least."
RADIUS_0 = "0 is a radius: the player alone."
OWN = "The player's own entry belongs in the middle."
PLACE = "Begin so many places above the player: ZRANK tells the place, also among equals, who share a rank."
ENDS = "There is nobody above the first and below the last, and nobody else takes their place."
AROUND = "The player stands in the middle, in board order, with as many above as below."
BOUNDS = "Both bounds belong to it, exactly as they are, with all their digits."
SHOWN = 60  # characters of an entry
WORDS = 3  # in an entry


@dataclass(frozen=True)
class Difference:
    """How a list differs, as the end of a sentence, and the hint; '' where the check itself knows better."""

    words: str
    hint: str = ""


def expect_entries(
    seen: Any,
    expected: list[Entry],
    hint: str = "",
    what: str = "The answer",
    board: BoardModel | None = None,
) -> None:
    """The list is ``expected``; ``hint`` is for entries that are missing or don't belong there.

    Only where it is known who is on the ``board`` can the wrong one of two equals be told from a nobody.
    """
    if seen != expected:
        others = set(_players(board.entries() if board else expected))
        raise _failed(seen, expected, difference(seen, expected, others), hint, what)


def expect_around(
    seen: Any, board: BoardModel, player: str, radius: int = 2, what: str = "The answer"
) -> None:
    """The list is what stands around a player of the board; else it is told what went wrong in finding it."""
    expected = board.around(player, radius)
    if seen != expected:
        order = _players(board.entries())
        found = difference(seen, expected, set(order))
        if found.hint in {"", CUT}:
            found = Difference(found.words, _around_hint(_players(seen), order, player, radius))
        raise _failed(seen, expected, found, AROUND, what)


def _around_hint(theirs: list[str], order: list[str], player: str, radius: int) -> str:
    """Why the wrong ones stand around a player, by what they are in the order of the whole board."""
    place = order.index(player)
    first, last = max(0, place - radius), min(len(order), place + radius + 1)
    if player not in theirs and theirs == [one for one in order[first:last] if one != player]:
        return OWN
    if not radius and theirs[:1] in ([], [player]):
        return RADIUS_0
    if not theirs:
        return NEGATIVE
    began = order.index(theirs[0]) if theirs[0] in order else 0
    if theirs != order[began : began + len(theirs)]:
        return TIES if set(theirs) <= set(order) else AROUND
    if began != first:
        return PLACE
    return ENDS if len(theirs) > last - first else AROUND


def _failed(seen: Any, expected: list[Entry], found: Difference, hint: str, what: str) -> CheckFailedError:
    return CheckFailedError(f"{what} {found.words}.", value_of(expected), value_of(seen), found.hint or hint)


def difference(seen: Any, expected: list[Entry], others: set[str]) -> Difference:
    """The way in which a list is wrong that explains most."""
    if not isinstance(seen, list):
        return Difference("is no list", LIST)
    if odd := [item for item in seen if not is_entry(item)]:
        return Difference(f"has {_shown(odd[0])} where an entry belongs", FORM)
    return (
        _other_score(seen, expected)
        or _missing_or_extra(seen, expected)
        or _other_order(seen, expected, others)
        or _other_rank(seen, expected)
    )


def is_entry(item: Any) -> bool:
    """Whether something has the form of an entry."""
    return isinstance(item, tuple) and len(item) == WORDS and isinstance(item[1], str)


def _other_score(seen: list[Any], expected: list[Entry]) -> Difference | None:
    """A player who has another score than on the board."""
    scores = {player: score for _, player, score in expected}
    for _, player, score in seen:
        if player in scores and score != scores[player]:
            words = f"gives {_shown(player)} the score {_shown(score)}, not {scores[player]!r}"
            near = isinstance(score, int | float) and scores[player] - 1 < score < scores[player] + 1
            return Difference(words, EXACT if near else "")
    return None


def _missing_or_extra(seen: list[Any], expected: list[Entry]) -> Difference | None:
    """Players who are missing, or who don't belong there, where all others are in order."""
    theirs, ours = _players(seen), _players(expected)
    if len(theirs) < len(ours) and [player for player in ours if player in theirs] == theirs:
        missing = [entry for entry in expected if entry[1] not in theirs]
        words = f"lacks {len(missing)} of {len(expected)} entries, the first of them {_shown(missing[0])}"
        return Difference(words)
    if len(theirs) > len(ours) and [player for player in theirs if player in ours] == ours:
        extra = next(entry for entry in seen if entry[1] not in ours)
        return Difference(f"has entries that do not belong there, the first of them {_shown(extra)}")
    return None


def _other_order(seen: list[Any], expected: list[Entry], others: set[str]) -> Difference | None:
    """Another player at some place: one of the board in the wrong place, or nobody of the board."""
    theirs, ours = _players(seen), _players(expected)
    if theirs == ours:
        return None
    pairs = zip_longest(seen, expected)
    place = next(pair for pair in pairs if None in pair or pair[0][1] != pair[1][1])
    if None in place:
        return Difference(f"has {len(seen)} entries, not {len(expected)}")
    words = "has {} where {} belongs".format(*told_apart(*place))
    if not set(theirs) <= others:
        return Difference(words)
    if [entry[2] for entry in seen] == [entry[2] for entry in expected]:
        return Difference(words, TIES if sorted(theirs) == sorted(ours) else CUT)
    return Difference(words, HIGHEST if sorted(theirs) == sorted(ours) else "")


def _players(entries: list[Any]) -> list[str]:
    return [entry[1] for entry in entries]


def _other_rank(seen: list[Any], expected: list[Entry]) -> Difference:
    """A player who has another rank; nothing else is wrong."""
    pairs = [pair for pair in zip(seen, expected, strict=True) if pair[0][0] != pair[1][0]]
    if not pairs:
        return Difference("is wrong")
    (rank, player, _), (right, _, _) = pairs[0]
    words = f"gives {_shown(player)} the rank {_shown(rank)}, not {right}"
    ranks = [entry[0] for entry in seen]
    if 0 in ranks and ranks == [entry[0] - 1 for entry in expected]:
        return Difference(words, FROM_ONE)
    if isinstance(rank, int) and rank < 1:
        return Difference(words, NEGATIVE)
    shared = {entry[2] for entry in expected}
    return Difference(words, EQUALS if len(shared) < len(set(ranks)) else RANKS)


def told_apart(*values: Any) -> list[str]:
    """Values as they are shown; in ASCII where they would look alike, as é and e with an accent do."""
    texts = [_shown(value) for value in values]
    alike = len({normalize("NFKC", text) for text in texts}) < len(texts)
    return [_short(ascii(value)) for value in values] if alike else texts


def _shown(value: Any) -> str:
    return _short(show(value))


def _short(text: str) -> str:
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 25]} ... {text[-20:]}"
