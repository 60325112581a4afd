"""Expected and seen, aligned item by item, with what differs marked."""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest

from grader.results import Value
from reports.catalogue import Catalogue
from reports.view import Comparison, Piece, Row
from reports.visible import line

_CLOSERS = {"[": "]", "(": ")", "{": "}"}
_TOKEN = re.compile(r"[\w.]+|\s+|.", re.DOTALL)
_ONE_LINE = 48  # characters; containers longer than this are laid out item by item
_AROUND = 1  # equal items that are shown on each side of a difference
_KEEP = 40  # characters of an equal stretch that are shown beside a difference


@dataclass(frozen=True)
class _Pair:
    """An item of expected beside its item of seen; None where a side has none."""

    expected: str | None
    seen: str | None


def compare(expected: Value, seen: Value, catalogue: Catalogue, limits: tuple[int, int]) -> Comparison:
    """Two values side by side, of at most ``limits`` characters a line and lines."""
    width, height = limits
    literal = bool(expected.type and seen.type)
    words = [value.text if value.type else catalogue.said(value.text) for value in (expected, seen)]
    pairs = _pairs(expected.text, seen.text) if literal else [_Pair(*words)]
    rows = [_row(pair, width, marked=literal) for pair in pairs]
    return Comparison(
        expected_type=line(expected.type, 60),
        seen_type=line(seen.type, 60),
        rows=_fold(rows, catalogue, height),
        types_differ=literal and expected.type != seen.type,
        literal=literal,
    )


def _pairs(expected: str, seen: str) -> list[_Pair]:
    """Whole values as one pair, or the items of two long containers of one kind, aligned."""
    long = max(len(expected), len(seen)) > _ONE_LINE
    if not long or expected[:1] != seen[:1] or expected[:1] not in _CLOSERS:
        return [_Pair(expected, seen)]
    left, right = _items(expected), _items(seen)
    if left is None or right is None or max(len(left), len(right)) <= 1:
        return [_Pair(expected, seen)]
    return _by_key(left, right) if expected.startswith("{") else _in_order(left, right)


def _items(text: str) -> list[str] | None:
    """The items of a container's text, split at its own commas; None where it is cut short."""
    if not text.endswith(_CLOSERS[text[0]]):
        return None
    depth, start, quote, items, skip = 0, 1, "", [], False
    for place, sign in enumerate(text[1:-1], 1):
        if skip or quote:
            skip, quote = (not skip and sign == "\\"), "" if not skip and sign == quote else quote
        elif sign in "'\"":
            quote = sign
        elif sign in "[({":
            depth += 1
        elif sign in "])}":
            depth -= 1
        elif sign == "," and depth == 0:
            items.append(text[start:place].strip())
            start = place + 1
    last = text[start:-1].strip()
    return [*items, last] if last else items


def _in_order(left: list[str], right: list[str]) -> list[_Pair]:
    """The items of two sequences, equal ones beside each other."""
    pairs: list[_Pair] = []
    for _, start, end, other, stop in SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        pairs += [_Pair(*pair) for pair in zip_longest(left[start:end], right[other:stop])]
    return pairs


def _by_key(left: list[str], right: list[str]) -> list[_Pair]:
    """The items of two dicts or sets, which have no order, beside each other by key."""
    ours, theirs = ({item.partition(": ")[0]: item for item in items} for items in (left, right))
    return [_Pair(ours.get(key), theirs.get(key)) for key in ours | theirs]


def _row(pair: _Pair, width: int, *, marked: bool) -> Row:
    """A pair as an aligned line, the part between what both begin and end with marked."""
    if pair.expected is None or pair.seen is None:
        sides = [
            None if side is None else (Piece(line(side, width), marked),)
            for side in (pair.expected, pair.seen)
        ]
        return Row(sides[0], sides[1])
    if pair.expected == pair.seen or not marked:
        return Row(
            (Piece(line(pair.expected, width)),),
            (Piece(line(pair.seen, width)),),
            same=marked and pair.expected == pair.seen,
        )
    left, right = _TOKEN.findall(pair.expected), _TOKEN.findall(pair.seen)
    head = _shared(left, right)
    tail = _shared(left[head:][::-1], right[head:][::-1])
    return Row(_pieces(left, head, tail, width), _pieces(right, head, tail, width))


def _shared(left: list[str], right: list[str]) -> int:
    """How many tokens two lists have in common at their beginning."""
    count = 0
    for one, other in zip(left, right, strict=False):
        if one != other:
            break
        count += 1
    return count


def _pieces(tokens: list[str], head: int, tail: int, width: int) -> tuple[Piece, ...]:
    """One side as its equal beginning, its different middle and its equal end."""
    end = len(tokens) - tail
    before, middle, after = "".join(tokens[:head]), "".join(tokens[head:end]), "".join(tokens[end:])
    if len(before) > 2 * _KEEP:
        before = f"{before[:_KEEP]}…{before[-_KEEP:]}"
    parts = ((before, False), (middle, True), (after, False))
    return tuple(
        Piece(line(text, width if differs else 2 * _KEEP + 1), differs) for text, differs in parts if text
    )


def _fold(rows: list[Row], catalogue: Catalogue, height: int) -> tuple[Row, ...]:
    """The rows that differ with a little around them; a sentence for the equal ones and the too many."""
    near = {
        place + step
        for place, row in enumerate(rows)
        if not row.same
        for step in range(-_AROUND, _AROUND + 1)
    }
    shown: list[Row] = []
    equal = 0
    for place, row in enumerate(rows):
        if place not in near:
            equal += 1
            continue
        shown += _gap(equal, catalogue)
        equal = 0
        if len(shown) >= height:
            rest = len(rows) - place
            return (*shown, Row(None, None, skipped=catalogue.count("value.more", rest)))
        shown.append(row)
    return (*shown, *_gap(equal, catalogue))


def _gap(equal: int, catalogue: Catalogue) -> list[Row]:
    """A sentence in place of equal rows; nothing where there are none."""
    return [Row(None, None, same=True, skipped=catalogue.count("value.equal", equal))] if equal else []
