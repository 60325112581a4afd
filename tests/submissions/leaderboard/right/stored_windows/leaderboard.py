"""A leaderboard that lets the server cut windows out with ZRANGESTORE, into a key that is gone at once."""

import math


class Leaderboard:
    """``stage`` is where a window is laid for the moment of one transaction; no board's key ends like it."""

    def __init__(self, client, name, ttl=None):
        if not name:
            raise ValueError("name is empty")
        if ttl is not None and (not isinstance(ttl, int) or ttl < 1):
            raise ValueError("ttl is wrong")
        self.client = client
        self.key = f"leaderboard:{name}:board"
        self.stage = f"leaderboard:{name}:stage"
        self.ttl = ttl

    def _start(self, pipe):
        if self.ttl is not None:
            pipe.expire(self.key, self.ttl, nx=True)

    def submit(self, player, score):
        _valid(player, score)
        with self.client.pipeline() as pipe:
            pipe.zadd(self.key, {player: -score}, lt=True, ch=True)
            self._start(pipe)
            return pipe.execute()[0] == 1

    def add(self, player, points):
        _valid(player, points)
        with self.client.pipeline() as pipe:
            pipe.zincrby(self.key, -points, player)
            self._start(pipe)
            return -pipe.execute()[0]

    def remove(self, player):
        _valid(player)
        return self.client.zrem(self.key, player) == 1

    def score(self, player):
        _valid(player)
        negated = self.client.zscore(self.key, player)
        return None if negated is None else -negated

    def rank(self, player):
        entries = self.around(player, 0)
        return entries[0][0] if entries else None

    def _window(self, start, end, **how):
        with self.client.pipeline() as pipe:
            pipe.zrangestore(self.stage, self.key, start, end, **how)
            pipe.zrange(self.stage, 0, -1, withscores=True)
            pipe.delete(self.stage)
            return pipe.execute()[1]

    def top(self, n=10):
        if n < 1:
            raise ValueError("n is below 1")
        return self._entries(self._window(0, n - 1), 0)

    def around(self, player, radius=2):
        _valid(player)
        if radius < 0:
            raise ValueError("radius is below 0")
        place = self.client.zrank(self.key, player)
        if place is None:
            return []
        first = max(0, place - radius)
        return self._entries(self._window(first, place + radius), first)

    def between(self, low, high):
        if low > high:
            return []
        rows = self._window(-high, -low, byscore=True)
        return self._entries(rows, self._better(rows[0][1]) if rows else 0)

    def _better(self, negated):
        return self.client.zcount(self.key, "-inf", f"({negated!r}")

    def _entries(self, rows, first):
        entries = []
        for i, (player, negated) in enumerate(rows):
            if i == 0:
                rank = self._better(negated) + 1
            elif rows[i - 1][1] != negated:
                rank = first + i + 1
            entries.append((rank, player, -negated))
        return entries

    def size(self):
        return self.client.zcard(self.key)


def _valid(player, number=0.0):
    if not player:
        raise ValueError("player is empty")
    if not math.isfinite(number):
        raise ValueError("number is not finite")
