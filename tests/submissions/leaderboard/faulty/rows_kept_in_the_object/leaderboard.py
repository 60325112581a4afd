"""A list is read into an attribute of the object, which another thread overwrites.

Breaks: "Each process makes its own client and objects; one client serves at most 50 threads."
"""

import math


class Leaderboard:
    def __init__(self, client, name, ttl=None):
        if not name:
            raise ValueError("name must not be empty")
        if ttl is not None and (not isinstance(ttl, int) or ttl <= 0):
            raise ValueError("ttl must be a whole number of seconds above 0")
        self.client = client
        self.key = "leaderboard:board:" + name
        self.lock_name = "leaderboard:lock:" + name
        self.ttl = ttl

    def lock(self):
        return self.client.lock(self.lock_name, timeout=10, sleep=0.01)

    def store(self, player, change, value):
        """The change and the expiry of a new board in one transaction."""
        with self.client.pipeline(transaction=True) as pipe:
            change(pipe, value)
            if self.ttl is not None:
                pipe.expire(self.key, self.ttl, nx=True)
            return pipe.execute()[0]

    def submit(self, player, score):
        self.validate(player)
        self.validate_number(score)
        with self.lock():
            old = self.client.zscore(self.key, player)
            if old is not None and -old >= score:
                return False
            self.store(player, lambda pipe, value: pipe.zadd(self.key, {player: value}), -score)
            return True

    def add(self, player, points):
        self.validate(player)
        self.validate_number(points)
        with self.lock():
            return -self.store(player, lambda pipe, value: pipe.zincrby(self.key, value, player), -points)

    def remove(self, player):
        self.validate(player)
        with self.lock():
            return self.client.zrem(self.key, player) == 1

    def score(self, player):
        self.validate(player)
        stored = self.client.zscore(self.key, player)
        return None if stored is None else -stored

    def rank(self, player):
        score = self.score(player)
        return None if score is None else self.better(-score) + 1

    def better(self, stored):
        return self.client.zcount(self.key, "-inf", f"({stored!r}")

    def top(self, n=10):
        if n < 1:
            raise ValueError("n must be at least 1")
        return self.entries(self.client.zrange(self.key, 0, n - 1, withscores=True), 0)

    def around(self, player, radius=2):
        self.validate(player)
        if radius < 0:
            raise ValueError("radius must be at least 0")
        place = self.client.zrank(self.key, player)
        if place is None:
            return []
        first = max(place - radius, 0)
        return self.entries(self.client.zrange(self.key, first, place + radius, withscores=True), first)

    def between(self, low, high):
        rows = self.client.zrangebyscore(self.key, -high, -low, withscores=True)
        return self.entries(rows, None)

    def entries(self, rows, first):
        if not rows:
            return []
        self.rows = rows
        rank = self.better(rows[0][1]) + 1
        rows = self.rows
        first = rank - 1 if first is None else first
        result = []
        for place, (player, stored) in enumerate(rows, first + 1):
            if result and result[-1][2] != -stored:
                rank = place
            result.append((rank, player, -stored))
        return result

    def size(self):
        return self.client.zcard(self.key)

    @staticmethod
    def validate(player):
        if not player:
            raise ValueError("player must not be empty")

    @staticmethod
    def validate_number(number):
        if not math.isfinite(number):
            raise ValueError("the number must be finite")
