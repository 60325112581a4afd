"""Finds pairs of suspiciously alike modules with copydetect, an optional extra; stubs don't count."""

import hashlib
import importlib
import importlib.util
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

NOISE_TOKENS = 25  # shorter matches are taken for chance
WINDOW = 6  # a match of NOISE_TOKENS + WINDOW - 1 tokens is found for certain
SUSPICIOUS = 0.7  # share of the shorter module that is in the other one too
PAIRS = 20  # shown at most, the most alike first
COMPARED = 64_000  # characters of a module
SHOWN = 20_000  # of them
COLUMNS = 4096  # fingerprints that are compared at once: bounds memory


@dataclass(frozen=True)
class Source:
    """A module that was handed in."""

    owner: str
    module: str
    text: str


@dataclass(frozen=True)
class Module:
    """A module that was handed in, by its file."""

    owner: str
    path: Path


@dataclass(frozen=True)
class Piece:
    """Some of a module's text, and whether the other one has it too."""

    text: str
    shared: bool


@dataclass(frozen=True)
class Pair:
    """Two modules that are alike; shares are from 0 to 1, of each one's own code."""

    module: str
    first: str
    second: str
    first_share: float
    second_share: float
    first_pieces: tuple[Piece, ...]
    second_pieces: tuple[Piece, ...]


def available() -> bool:
    """Whether copydetect is installed."""
    return importlib.util.find_spec("copydetect") is not None


def find_alike_files(modules: Iterable[Module], stubs: dict[str, str]) -> tuple[Pair, ...]:
    """As ``find_alike``, of files, which are read here."""
    return find_alike((_read(module) for module in modules), stubs)


def _read(module: Module) -> Source:
    text = module.path.read_text(encoding="utf-8", errors="replace")
    return Source(module.owner, module.path.name, text[:COMPARED])


def find_alike(sources: Iterable[Source], stubs: dict[str, str]) -> tuple[Pair, ...]:
    """The most alike pairs; ``stubs`` are what every student started from, by module."""
    copydetect: Any = importlib.import_module("copydetect")
    # What is chosen to be compared goes by hash(), which Python makes another one in each process.
    vars(importlib.import_module("copydetect.utils"))["hash"] = _same_hash
    groups: dict[str, list[tuple[Source, Any]]] = {}
    starts = {module: _fingerprint(copydetect, module, text, (), 1).hashes for module, text in stubs.items()}
    for source in sources:
        # Too little code has no fingerprint, and the library stumbles over an empty text.
        if len(source.text.split()) < NOISE_TOKENS:
            continue
        stub = sorted(starts.get(source.module, ()))
        print_ = _fingerprint(copydetect, source.module, source.text, stub, WINDOW)
        if print_.hashes:
            groups.setdefault(source.module, []).append((source, print_))
    pairs = [pair for group in groups.values() for pair in _pairs(copydetect, group)]
    return tuple(sorted(pairs, key=lambda pair: -min(pair.first_share, pair.second_share))[:PAIRS])


def _same_hash(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), signed=True)


def _fingerprint(copydetect: Any, module: str, text: str, stub: Sequence[int], window: int) -> Any:
    return copydetect.CodeFingerprint(
        module, NOISE_TOKENS, window, boilerplate=stub, language="python", fp=io.StringIO(text)
    )


def _pairs(copydetect: Any, group: list[tuple[Source, Any]]) -> list[Pair]:
    """The suspicious pairs of one module: all are compared roughly, the most alike exactly."""
    pairs = []
    for first, second in _candidates([set(print_.hashes) for _, print_ in group]):
        (one, print_one), (two, print_two) = group[first], group[second]
        _, shares, slices = copydetect.compare_files(print_one, print_two)
        if max(shares) < SUSPICIOUS:
            continue
        pairs.append(
            Pair(
                one.module,
                one.owner,
                two.owner,
                round(min(float(shares[0]), 1.0), 3),
                round(min(float(shares[1]), 1.0), 3),
                _pieces(one.text, slices[0]),
                _pieces(two.text, slices[1]),
            )
        )
    return pairs


def _candidates(prints: list[set[int]]) -> list[tuple[int, int]]:
    """Index pairs by the share of fingerprints in common, the largest first; a few more than are shown."""
    np: Any = importlib.import_module("numpy")
    every = sorted(set().union(*prints))
    common = np.zeros((len(prints), len(prints)), dtype=np.float32)
    for start in range(0, len(every), COLUMNS):
        column = {value: n for n, value in enumerate(every[start : start + COLUMNS])}
        block = np.zeros((len(prints), len(column)), dtype=np.float32)
        for row, values in enumerate(prints):
            block[row, [column[value] for value in values if value in column]] = 1
        common += block @ block.T
    sizes = np.array([len(values) for values in prints], dtype=np.float32)
    share = np.triu(common / np.minimum(sizes[:, None], sizes[None, :]), k=1)
    order = np.argsort(share, axis=None)[::-1][: PAIRS * 4]
    found = [divmod(int(flat), len(prints)) for flat in order]
    return [(a, b) for a, b in found if share[a, b] >= SUSPICIOUS * 0.8]


def _pieces(text: str, slices: Any) -> tuple[Piece, ...]:
    """The text cut where what is shared begins and ends."""
    pieces, at = [], 0
    for begin, end in sorted(zip(slices[0].tolist(), slices[1].tolist(), strict=True)):
        start, stop = max(int(begin), at), min(int(end), SHOWN)
        if stop <= start:
            continue
        pieces += [Piece(text[at:start], shared=False), Piece(text[start:stop], shared=True)]
        at = stop
    pieces.append(Piece(text[at:SHOWN], shared=False))
    return tuple(piece for piece in pieces if piece.text)
