"""A leaderboard that ends on a whole second of the server's clock, asked for with TIME."""

import math


class Leaderboard:
    def __init__(self, client, name, ttl=None):
        if not name:
            raise ValueError("board?")
        if ttl is not None and (isinstance(ttl, float) or ttl < 1):
            raise ValueError("ttl?")
        self.client = client
        self.key = "whole:" + name
        self.ttl = ttl

    def _write(self, add):
        if self.ttl is not None:
            seconds, _ = self.client.time()
            end = seconds + self.ttl
        with self.client.pipeline(transaction=True) as pipe:
            add(pipe)
            if self.ttl is not None:
                pipe.expireat(self.key, end, nx=True)
            return pipe.execute()[0]

    def submit(self, player, score):
        self._check(player, score)
        return self._write(lambda pipe: pipe.zadd(self.key, {player: -score}, lt=True, ch=True)) == 1

    def add(self, player, points):
        self._check(player, points)
        return -self._write(lambda pipe: pipe.zincrby(self.key, -points, player))

    def remove(self, player):
        self._check(player)
        return self.client.zrem(self.key, player) == 1

    def score(self, player):
        self._check(player)
        kept = self.client.zscore(self.key, player)
        return None if kept is None else -kept

    def _better(self, kept):
        return self.client.zcount(self.key, "-inf", f"({kept!r}")

    def rank(self, player):
        self._check(player)
        kept = self.client.zscore(self.key, player)
        return None if kept is None else self._better(kept) + 1

    def _places(self, first, last):
        rows = self.client.zrange(self.key, first, last, withscores=True)
        places = list(range(first + 1, first + 1 + len(rows)))
        if rows:
            places[0] = self._better(rows[0][1]) + 1
        for i in range(1, len(rows)):
            if rows[i][1] == rows[i - 1][1]:
                places[i] = places[i - 1]
        return [(place, player, -kept) for place, (player, kept) in zip(places, rows)]

    def top(self, n=10):
        if n < 1:
            raise ValueError("n?")
        return self._places(0, n - 1)

    def around(self, player, radius=2):
        self._check(player)
        if radius < 0:
            raise ValueError("radius?")
        middle = self.client.zrank(self.key, player)
        if middle is None:
            return []
        return self._places(max(middle - radius, 0), middle + radius)

    def between(self, low, high):
        found = self.client.zcount(self.key, -high, -low)
        if not found:
            return []
        first = self._better(-high)
        return self._places(first, first + found - 1)

    def size(self):
        return self.client.zcard(self.key)

    def _check(self, player, number=0):
        if not player:
            raise ValueError("player?")
        if not math.isfinite(number):
            raise ValueError("number?")
