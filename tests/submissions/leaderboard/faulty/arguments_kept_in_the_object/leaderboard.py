"""add leaves its arguments in the object for its second step, where another thread's lie by then."""

import math


class Leaderboard:
    def __init__(self, client, name, ttl=None):
        if not name:
            raise ValueError("name")
        if ttl is not None and (not isinstance(ttl, int) or ttl < 1):
            raise ValueError("ttl")
        self.client = client
        self.key = f"board:{name}"
        self.ttl = ttl

    @staticmethod
    def _player(player):
        if not player:
            raise ValueError("player")

    @staticmethod
    def _num(x):
        if not math.isfinite(x):
            raise ValueError("score")
        return x

    def _commit(self, pipe):
        if self.ttl is not None:
            pipe.expire(self.key, self.ttl, nx=True)
        return pipe.execute()[0]

    def submit(self, player, score):
        self._player(player)
        self._num(score)
        return self._commit(self.client.pipeline().zadd(self.key, {player: -score}, lt=True, ch=True)) == 1

    def add(self, player, points):
        self._player(player)
        self._num(points)
        self.player, self.points = player, points
        self.client.ping()  # wakes a connection that has slept
        return self._add()

    def remove(self, player):
        self._player(player)
        return self.client.zrem(self.key, player) == 1

    def score(self, player):
        self._player(player)
        value = self.client.zscore(self.key, player)
        return None if value is None else 0.0 - value

    def rank(self, player):
        self._player(player)
        value = self.client.zscore(self.key, player)
        return None if value is None else 1 + self.client.zcount(self.key, "-inf", f"({value!r}")

    def _window(self, first, last):
        rows = self.client.zrange(self.key, first, last, withscores=True)
        if not rows:
            return []
        rank = 1 + self.client.zcount(self.key, "-inf", f"({rows[0][1]!r}")
        out = []
        for i, (player, value) in enumerate(rows):
            if i and value != rows[i - 1][1]:
                rank = first + i + 1
            out.append((rank, player, 0.0 - value))
        return out

    def top(self, n=10):
        if n < 1:
            raise ValueError("n")
        return self._window(0, n - 1)

    def around(self, player, radius=2):
        self._player(player)
        if radius < 0:
            raise ValueError("radius")
        at = self.client.zrank(self.key, player)
        return [] if at is None else self._window(max(0, at - radius), at + radius)

    def between(self, low, high):
        if low > high:
            return []
        first = self.client.zcount(self.key, "-inf", f"({0.0 - high!r}")
        last = self.client.zcount(self.key, "-inf", repr(0.0 - low)) - 1
        return self._window(first, last) if last >= first else []

    def size(self):
        return self.client.zcard(self.key)

    def _add(self):
        return 0.0 - self._commit(self.client.pipeline().zincrby(self.key, -self.points, self.player))
