"""With a ttl remove says True of nobody too.

Breaks: "`remove(player) -> bool`"
"""

import math
from collections.abc import Iterable
from typing import Any

import redis

# The board holds each score negated. Valkey orders a sorted set by score and then by the member's bytes,
# both ascending; with negated scores that is the board's own order, highest first and ties by name, so
# that any part of it is one range, however many players are tied. Negating a float loses no bit.

# More players than any board can have; larger numbers would not fit the server's integers.
MOST = 2**53

# A player and the neighbours, read at one instant: how many players stand before the first of them, how
# many of those have a better score, and the entries.
AROUND = """
local index = redis.call('ZRANK', KEYS[1], ARGV[1])
if not index then
    return {0, 0, {}}
end
local first = math.max(0, index - ARGV[2])
local pairs = redis.call('ZRANGE', KEYS[1], first, index + ARGV[2], 'WITHSCORES')
local better = redis.call('ZCOUNT', KEYS[1], '-inf', '(' .. pairs[2])
return {first, better, pairs}
"""

Entry = tuple[int, str, float]


class Leaderboard:
    """Players by score, highest first; players with equal scores share a rank."""

    def __init__(self, client: redis.Redis, name: str, ttl: int | None = None) -> None:
        if not name:
            raise ValueError("a board's name can't be empty")
        if ttl is not None and (not isinstance(ttl, int) or ttl < 1):
            raise ValueError(f"a time-to-live is a whole number of seconds above 0, not {ttl!r}")
        self._client = client
        self._key = f"leaderboard:{name}"
        self._ttl = ttl
        self._around = client.register_script(AROUND)

    def submit(self, player: str, score: float) -> bool:
        """Keep the player's best score; whether the board changed."""
        named(player)
        negated = -finite(score)
        pipeline = self._client.pipeline(transaction=True)
        # LT: an old score is replaced only where the negated one is lower, so the score is higher.
        pipeline.zadd(self._key, {player: negated}, lt=True, ch=True)
        return bool(self._commit(pipeline))

    def add(self, player: str, points: float) -> float:
        """Add points to the player's score, which starts at 0; the new score."""
        named(player)
        negated = -finite(points)
        pipeline = self._client.pipeline(transaction=True)
        pipeline.zincrby(self._key, negated, player)
        return restored(self._commit(pipeline))

    def score(self, player: str) -> float | None:
        """The player's score, or None."""
        negated = self._client.zscore(self._key, named(player))
        return None if negated is None else restored(negated)

    def rank(self, player: str) -> int | None:
        """The player's rank, from 1 and shared among equals, or None."""
        # Reading the score and then counting would be two steps, and the board could change between.
        entries = self.around(player, 0)
        return entries[0][0] if entries else None

    def top(self, n: int = 10) -> list[Entry]:
        """The first ``n`` entries."""
        if n < 1:
            raise ValueError(f"n is 1 or more, not {n}")
        return ranked(self._client.zrange(self._key, 0, min(n, MOST) - 1, withscores=True), 0, 0)

    def around(self, player: str, radius: int = 2) -> list[Entry]:
        """The player's entry with up to ``radius`` neighbours on each side."""
        named(player)
        if radius < 0:
            raise ValueError(f"a radius is 0 or more, not {radius}")
        before, better, flat = self._around(keys=[self._key], args=[player, min(radius, MOST)])
        return ranked(zip(flat[::2], flat[1::2], strict=True), before, better)

    def between(self, low: float, high: float) -> list[Entry]:
        """All entries with low <= score <= high."""
        if not low <= high:
            return []
        pipeline = self._client.pipeline(transaction=True)
        pipeline.zcount(self._key, "-inf", f"({-high!r}")
        pipeline.zrange(self._key, -high, -low, byscore=True, withscores=True)
        better, pairs = pipeline.execute()
        return ranked(pairs, better, better)

    def remove(self, player: str) -> bool:
        """Whether the player was on the board; they are not any more."""
        gone = self._client.zrem(self._key, named(player))
        return True if self._ttl else bool(gone)

    def size(self) -> int:
        """How many players are on the board."""
        return self._client.zcard(self._key)

    def _commit(self, pipeline: redis.client.Pipeline) -> Any:
        """Run a queued change, together with the expiry that it needs; the change's reply."""
        if self._ttl is not None:
            # NX: a board that has just begun gets its expiry, an older one keeps the one it has.
            pipeline.expire(self._key, self._ttl, nx=True)
        return pipeline.execute()[0]


def ranked(pairs: Iterable[Any], before: int, better: int) -> list[Entry]:
    """Entries from pairs of player and negated score, in board order.

    ``before`` players stand before the first pair, ``better`` of them with a better score.
    """
    entries: list[Entry] = []
    rank = better + 1
    for position, (player, negated) in enumerate(pairs, start=before + 1):
        score = restored(negated)
        if entries and entries[-1][2] != score:
            rank = position
        entries.append((rank, player, score))
    return entries


def restored(negated: float | str) -> float:
    """The score that a negated one stands for; a script's reply has it as text."""
    # Not `-x`, which would make -0.0 out of 0.
    return 0.0 - float(negated)


def finite(number: float) -> float:
    """The number itself, unless it is NaN or infinite."""
    if not math.isfinite(number):
        raise ValueError(f"a score is a finite number, not {number}")
    return number


def named(player: str) -> str:
    """The player's name itself, unless it is empty."""
    if not player:
        raise ValueError("a player's name can't be empty")
    return player
