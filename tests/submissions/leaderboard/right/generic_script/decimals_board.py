"""What a board does, on top of run and write."""

import math


class Base:
    def __init__(self, client, name, ttl=None):
        if not name:
            raise ValueError("name")
        if ttl is not None and (not isinstance(ttl, int) or ttl < 1):
            raise ValueError("ttl")
        self.client, self.key, self.ttl = client, f"b:{name}", ttl

    def submit(self, player, score):
        check(player, score)
        return int(self.write("ZADD", self.key, "LT", "CH", repr(-score), player))

    def add(self, player, points):
        check(player, points)
        return -float(self.write("ZINCRBY", self.key, repr(-points), player))

    def score(self, player):
        check(player)
        stored = self.client.zscore(self.key, player)
        return None if stored is None else -stored

    def rank(self, player):
        score = self.score(player)
        return None if score is None else self.better(-score) + 1

    def better(self, stored):
        return self.client.zcount(self.key, "-inf", f"({stored!r}")

    def top(self, n=10):
        if n < 1:
            raise ValueError("n")
        return self.window(0, n - 1)

    def around(self, player, radius=2):
        check(player)
        if radius < 0:
            raise ValueError("radius")
        place = self.client.zrank(self.key, player)
        return [] if place is None else self.window(max(0, place - radius), place + radius)

    def between(self, low, high):
        above, below = self.better(-high), self.client.zcount(self.key, "-inf", repr(-low))
        return self.window(above, below - 1) if below > above else []

    def window(self, first, last):
        entries = []
        for place, (player, stored) in enumerate(
            self.client.zrange(self.key, first, last, withscores=True), first + 1
        ):
            if not entries:
                rank = self.better(stored) + 1
            elif entries[-1][2] != -stored:
                rank = place
            entries.append((rank, player, -stored))
        return entries

    def remove(self, player):
        check(player)
        return self.client.zrem(self.key, player) == 1

    def size(self):
        return self.client.zcard(self.key)


def check(player, number=0.0):
    if not player:
        raise ValueError("player")
    if not math.isfinite(number):
        raise ValueError("number")
