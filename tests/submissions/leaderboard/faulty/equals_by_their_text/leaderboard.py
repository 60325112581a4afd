"""Scores are compared as the texts of a script's reply: 0 and -0 are two.

Breaks: "Equals share a rank."
"""

import math

READ = """
local rows = redis.call('ZRANGE', KEYS[1], ARGV[1], ARGV[2], 'WITHSCORES')
if not rows[1] then return {0, rows} end
return {redis.call('ZCOUNT', KEYS[1], '-inf', '(' .. rows[2]), rows}
"""


class Leaderboard:
    def __init__(self, client, name, ttl=None):
        if not name:
            raise ValueError("name")
        if ttl is not None and (not isinstance(ttl, int) or ttl < 1):
            raise ValueError("ttl")
        self.client, self.key, self.ttl = client, "board:" + name, ttl

    def check(self, player, x=0.0):
        if not player:
            raise ValueError("player")
        if not math.isfinite(x):
            raise ValueError("not finite")

    def commit(self, pipe):
        if self.ttl is not None:
            pipe.expire(self.key, self.ttl, nx=True)
        return pipe.execute()[0]

    def submit(self, player, score):
        self.check(player, score)
        return bool(self.commit(self.client.pipeline().zadd(self.key, {player: -score}, lt=True, ch=True)))

    def add(self, player, points):
        self.check(player, points)
        return 0.0 - self.commit(self.client.pipeline().zincrby(self.key, -points, player))

    def score(self, player):
        self.check(player)
        s = self.client.zscore(self.key, player)
        return None if s is None else 0.0 - s

    def rank(self, player):
        self.check(player)
        s = self.client.zscore(self.key, player)
        return None if s is None else self.client.zcount(self.key, "-inf", f"({s!r}") + 1

    def rows(self, first, last):
        better, flat = self.client.eval(READ, 1, self.key, first, last)
        out, before, rank = [], None, better + 1
        for i in range(0, len(flat), 2):
            player, text = flat[i], flat[i + 1]
            if before is not None and text != before:
                rank = first + i // 2 + 1
            before = text
            out.append((rank, player, 0.0 - float(text)))
        return out

    def top(self, n=10):
        if n < 1:
            raise ValueError("n")
        return self.rows(0, n - 1)

    def around(self, player, radius=2):
        self.check(player)
        if radius < 0:
            raise ValueError("radius")
        at = self.client.zrank(self.key, player)
        if at is None:
            return []
        first = max(0, at - radius)
        return self.rows(first, at + radius)

    def between(self, low, high):
        if low > high:
            return []
        first = self.client.zcount(self.key, "-inf", f"({-high!r}")
        count = self.client.zcount(self.key, -high, -low)
        return self.rows(first, first + count - 1) if count else []

    def remove(self, player):
        self.check(player)
        return bool(self.client.zrem(self.key, player))

    def size(self):
        return self.client.zcard(self.key)
