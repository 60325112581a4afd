"""Every number that this board gives is a Decimal; sums are still Python's own."""

import math
from decimal import Decimal
from fractions import Fraction


def exact(number):
    return Decimal(float(number))


class Leaderboard:
    def __init__(self, client, name, ttl=None):
        if not name:
            raise ValueError("name")
        if ttl is not None and (Fraction(ttl).denominator != 1 or ttl < 1):
            raise ValueError("ttl")
        self.client, self.key = client, f"board {name}"
        self.ttl = None if ttl is None else int(ttl)

    def _write(self, command, *arguments):
        with self.client.pipeline(transaction=True) as pipe:
            pipe.execute_command(command, self.key, *arguments)
            if self.ttl:
                pipe.expire(self.key, self.ttl, nx=True)
            return pipe.execute()[0]

    def submit(self, player, score):
        given(player, score)
        return Decimal(self._write("ZADD", "LT", "CH", -score, player))

    def add(self, player, points):
        given(player, points)
        return exact(-float(self._write("ZINCRBY", -points, player)))

    def score(self, player):
        given(player)
        stored = self.client.zscore(self.key, player)
        return None if stored is None else exact(-stored)

    def rank(self, player):
        given(player)
        stored = self.client.zscore(self.key, player)
        return None if stored is None else self._rank(stored)

    def _rank(self, stored):
        return Decimal(self.client.zcount(self.key, "-inf", f"({stored!r}") + 1)

    def top(self, n=10):
        if n < 1:
            raise ValueError("n")
        return self._window(0, n - 1)

    def around(self, player, radius=2):
        given(player)
        if radius < 0:
            raise ValueError("radius")
        place = self.client.zrank(self.key, player)
        return [] if place is None else self._window(max(0, place - radius), place + radius)

    def between(self, low, high):
        first = self.client.zcount(self.key, "-inf", f"({-high!r}")
        count = self.client.zcount(self.key, -high, -low)
        return self._window(first, first + count - 1) if count else []

    def _window(self, first, last):
        entries, before = [], None
        for place, (player, stored) in enumerate(
            self.client.zrange(self.key, first, last, withscores=True), first
        ):
            if before is None:
                rank = self._rank(stored)
            elif stored != before:
                rank = Decimal(place + 1)
            before = stored
            entries.append((rank, player, exact(-stored)))
        return entries

    def remove(self, player):
        given(player)
        return Decimal(self.client.zrem(self.key, player))

    def size(self):
        return Decimal(self.client.zcard(self.key))


def given(player, number=0):
    if not player:
        raise ValueError("player")
    if not math.isfinite(number):
        raise ValueError("number")
