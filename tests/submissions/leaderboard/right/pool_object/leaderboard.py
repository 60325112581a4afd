"""A leaderboard that works through a client class of its own, over the pool of the one that it was given."""

from math import isfinite

import redis


class BoardClient(redis.Redis):
    """Commands that speak of boards; its connections are those of the pool."""

    def write(self, key, ttl, *command):
        """One command and, for a board that begins, its expiry: a transaction."""
        with self.pipeline() as pipe:
            pipe.execute_command(*command)
            if ttl is not None:
                pipe.expire(key, ttl, nx=True)
            return pipe.execute()[0]

    def better(self, key, negated):
        return self.zcount(key, "-inf", f"({negated!r}")

    def window(self, key, first, last):
        rows = self.zrange(key, first, last, withscores=True)
        entries = []
        for offset, (player, negated) in enumerate(rows):
            if not offset:
                rank = self.better(key, negated) + 1
            elif negated != rows[offset - 1][1]:
                rank = first + offset + 1
            entries.append((rank, player, -negated))
        return entries


class Leaderboard:
    def __init__(self, client, name, ttl=None):
        self._client = BoardClient(connection_pool=client.connection_pool)
        self._key = f"board={self._named(name)}"
        if ttl is not None and not (isinstance(ttl, int) and ttl >= 1):
            raise ValueError("a ttl counts whole seconds, from 1")
        self._ttl = ttl

    def submit(self, player, score):
        player, score = self._named(player), self._number(score)
        return self._client.write(self._key, self._ttl, "ZADD", self._key, "LT", "CH", -score, player) == 1

    def add(self, player, points):
        player, points = self._named(player), self._number(points)
        return -float(self._client.write(self._key, self._ttl, "ZINCRBY", self._key, -points, player))

    def score(self, player):
        negated = self._client.zscore(self._key, self._named(player))
        return -negated if negated is not None else None

    def rank(self, player):
        negated = self._client.zscore(self._key, self._named(player))
        return self._client.better(self._key, negated) + 1 if negated is not None else None

    def top(self, n=10):
        if n < 1:
            raise ValueError("n counts from 1")
        return self._client.window(self._key, 0, n - 1)

    def around(self, player, radius=2):
        player = self._named(player)
        if radius < 0:
            raise ValueError("a radius counts from 0")
        place = self._client.zrank(self._key, player)
        if place is None:
            return []
        return self._client.window(self._key, max(0, place - radius), place + radius)

    def between(self, low, high):
        first = self._client.better(self._key, -high)
        found = self._client.zcount(self._key, -high, -low)
        return self._client.window(self._key, first, first + found - 1) if found > 0 else []

    def remove(self, player):
        return bool(self._client.zrem(self._key, self._named(player)))

    def size(self):
        return self._client.zcard(self._key)

    @staticmethod
    def _named(name):
        if len(name) == 0:
            raise ValueError("names have characters")
        return name

    @staticmethod
    def _number(number):
        if not isfinite(number):
            raise ValueError("numbers are finite")
        return float(number)
