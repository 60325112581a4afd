"""The points of a player are kept one by one and summed by fsum, without the rounding of each +.

Breaks: "`add` gives what Python's `+` gives."
"""

import json
import math

import redis


class Leaderboard:
    def __init__(self, client, name, ttl=None):
        if not name:
            raise ValueError("name")
        if ttl is not None and (not isinstance(ttl, int) or ttl < 1):
            raise ValueError("ttl")
        self.client, self.key, self.ttl = client, "board:" + name, ttl
        self.points = "points:" + name

    def check(self, player, x=0.0):
        if not player:
            raise ValueError("player")
        if not math.isfinite(x):
            raise ValueError("not finite")

    def commit(self, pipe):
        if self.ttl is not None:
            pipe.expire(self.key, self.ttl, nx=True)
            pipe.expire(self.points, self.ttl, nx=True)
        return pipe.execute()[0]

    def submit(self, player, score):
        self.check(player, score)
        return (
            self.change(player, lambda points: None if points and math.fsum(points) >= score else [score])
            is not None
        )

    def change(self, player, how):
        while True:
            with self.client.pipeline() as pipe:
                try:
                    pipe.watch(self.key, self.points)
                    text = pipe.hget(self.points, player)
                    points = how(json.loads(text) if text else [])
                    if points is None:
                        return None
                    new = math.fsum(points)
                    pipe.multi()
                    pipe.zadd(self.key, {player: -new})
                    pipe.hset(self.points, player, json.dumps(points))
                    self.commit(pipe)
                    return new
                except redis.WatchError:
                    continue

    def add(self, player, points):
        self.check(player, points)
        return self.change(player, lambda before: [*before, points])

    def score(self, player):
        self.check(player)
        s = self.client.zscore(self.key, player)
        return None if s is None else 0.0 - s

    def rank(self, player):
        self.check(player)
        s = self.client.zscore(self.key, player)
        return None if s is None else self.client.zcount(self.key, "-inf", f"({s!r}") + 1

    def rows(self, pairs, first):
        out = []
        for i, (player, s) in enumerate(pairs):
            if i == 0:
                rank = self.client.zcount(self.key, "-inf", f"({s!r}") + 1
                first = rank - 1 if first is None else first
            elif s != pairs[i - 1][1]:
                rank = first + i + 1
            out.append((rank, player, 0.0 - s))
        return out

    def top(self, n=10):
        if n < 1:
            raise ValueError("n")
        return self.rows(self.client.zrange(self.key, 0, n - 1, withscores=True), 0)

    def around(self, player, radius=2):
        self.check(player)
        if radius < 0:
            raise ValueError("radius")
        at = self.client.zrank(self.key, player)
        if at is None:
            return []
        first = max(0, at - radius)
        return self.rows(self.client.zrange(self.key, first, at + radius, withscores=True), first)

    def between(self, low, high):
        if low > high:
            return []
        return self.rows(self.client.zrangebyscore(self.key, -high, -low, withscores=True), None)

    def remove(self, player):
        self.check(player)
        pipe = self.client.pipeline()
        pipe.zrem(self.key, player)
        pipe.hdel(self.points, player)
        return bool(pipe.execute()[0])

    def size(self):
        return self.client.zcard(self.key)
