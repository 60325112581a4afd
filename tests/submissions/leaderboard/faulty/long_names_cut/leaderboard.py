"""Long board names are cut off, to keep keys short.

Breaks: "No key, board, user or namespace may collide with another of its module, nor with the
module's own helper keys." "Names and strings are any text that UTF-8 can encode, colons, spaces,
newlines, `*`, `?`, `[` and emoji included, used as they are: no trimming, no change of case, no
normalising."
"""

from __future__ import annotations

import math
from typing import NamedTuple

import redis

WRITE = """
local reply = redis.call(unpack(ARGV, 2))
if ARGV[1] ~= '0' then
    redis.call('EXPIRE', KEYS[1], ARGV[1], 'NX')
end
return reply
"""


class Entry(NamedTuple):
    rank: int
    player: str
    score: float


class Run(NamedTuple):
    """Neighbours with one score: how many, and the 0-based place of the first."""

    score: float
    length: int
    place: int


class Leaderboard:
    def __init__(self, client: redis.Redis, name: str, ttl: int | None = None) -> None:
        if not name:
            raise ValueError("name must not be empty")
        if ttl is not None and (not isinstance(ttl, int) or ttl <= 0):
            raise ValueError(f"ttl must be a whole number of seconds above 0, got {ttl!r}")
        self._client = client
        self._key = f"typed:leaderboard:{name[:64]}"
        self._ttl = ttl or 0

    def submit(self, player: str, score: float) -> bool:
        _require(player, score)
        return self._write("ZADD", self._key, "GT", "CH", repr(float(score)), player) == 1

    def add(self, player: str, points: float) -> float:
        _require(player, points)
        return float(self._write("ZINCRBY", self._key, repr(float(points)), player))

    def _write(self, *command: str) -> int | str:
        return self._client.eval(WRITE, 1, self._key, self._ttl, *command)

    def score(self, player: str) -> float | None:
        _require(player)
        return self._client.zscore(self._key, player)

    def rank(self, player: str) -> int | None:
        score = self.score(player)
        if score is None:
            return None
        return self._client.zcount(self._key, f"({score!r}", "+inf") + 1

    def top(self, n: int = 10) -> list[Entry]:
        if n < 1:
            raise ValueError(f"n must be 1 or more, got {n}")
        return self._window(0, n - 1, better=0)

    def around(self, player: str, radius: int = 2) -> list[Entry]:
        _require(player)
        if radius < 0:
            raise ValueError(f"radius must be 0 or more, got {radius}")
        score = self._client.zscore(self._key, player)
        if score is None:
            return []
        with self._client.pipeline(transaction=True) as pipe:
            pipe.zrank(self._key, player)
            pipe.zcount(self._key, f"({score!r}", "+inf")
            pipe.zcount(self._key, "-inf", f"({score!r}")
            index, better, worse = pipe.execute()
        if index is None:
            return []
        place = better + max(index - worse, 0)
        return self._window(max(place - radius, 0), place + radius, better)

    def between(self, low: float, high: float) -> list[Entry]:
        with self._client.pipeline(transaction=True) as pipe:
            pipe.zcount(self._key, f"({high!r}", "+inf")
            pipe.zcount(self._key, low, high)
            first, found = pipe.execute()
        return self._window(first, first + found - 1, better=first) if found else []

    def _window(self, first: int, last: int, better: int) -> list[Entry]:
        """Entries at the places first to last; ``better`` counts those above a score in the window."""
        rows = self._client.zrange(self._key, first, last, desc=True, withscores=True)
        runs = _runs([score for _, score in rows], first)
        if not runs:
            return []
        with self._client.pipeline(transaction=True) as pipe:
            pipe.zcount(self._key, f"({runs[0].score!r}", "+inf")
            for number, run in enumerate(runs):
                if number == 0 and len(runs) > 1:
                    # The first run may begin before the window, but it ends inside: read it from its end.
                    pipe.zrevrangebyscore(self._key, run.score, run.score, start=0, num=run.length)
                else:
                    skipped = first - better if len(runs) == 1 else 0
                    pipe.zrangebyscore(self._key, run.score, run.score, start=skipped, num=run.length)
            above, *players = pipe.execute()
        if len(runs) > 1:
            players[0].reverse()
        ranks = [above + 1] + [run.place + 1 for run in runs[1:]]
        return [
            Entry(rank, player, run.score)
            for rank, run, names in zip(ranks, runs, players, strict=True)
            for player in names
        ]

    def remove(self, player: str) -> bool:
        _require(player)
        return bool(self._client.zrem(self._key, player))

    def size(self) -> int:
        return self._client.zcard(self._key)


def _runs(scores: list[float], first: int) -> list[Run]:
    runs: list[Run] = []
    for place, score in enumerate(scores, start=first):
        if runs and runs[-1].score == score:
            runs[-1] = runs[-1]._replace(length=runs[-1].length + 1)
        else:
            runs.append(Run(score, 1, place))
    return runs


def _require(player: str, number: float = 0.0) -> None:
    if not player:
        raise ValueError("player must not be empty")
    if not math.isfinite(number):
        raise ValueError(f"{number} is not finite")
