"""submit calls its parameters name and value.

Breaks: "`submit(player, score) -> bool`"
"""

import math


class Leaderboard:
    """Players and their scores, best first."""

    def __init__(self, client, name, ttl=None):
        if not name:
            raise ValueError("a board needs a name")
        if ttl is not None and (not isinstance(ttl, int) or ttl <= 0):
            raise ValueError("ttl must be a whole number of seconds above 0")
        self.client = client
        self.key = f"leaderboard:{name}"
        self.ttl = ttl

    def submit(self, name, value):
        player, score = name, value
        self._check(player, score)
        with self.client.pipeline(transaction=True) as pipe:
            pipe.zadd(self.key, {player: -score}, lt=True, ch=True)
            self._start_ttl(pipe)
            changed = pipe.execute()[0]
        return changed == 1

    def add(self, player, points):
        self._check(player, points)
        with self.client.pipeline(transaction=True) as pipe:
            pipe.zincrby(self.key, -points, player)
            self._start_ttl(pipe)
            negated = pipe.execute()[0]
        return -negated

    def score(self, player):
        self._check_player(player)
        negated = self.client.zscore(self.key, player)
        return None if negated is None else -negated

    def rank(self, player):
        self._check_player(player)
        negated = self.client.zscore(self.key, player)
        if negated is None:
            return None
        return self.client.zcount(self.key, "-inf", f"({negated!r}") + 1

    def top(self, n=10):
        if n < 1:
            raise ValueError("n must be 1 or more")
        rows = self.client.zrange(self.key, 0, n - 1, withscores=True)
        return self._entries(rows, 0)

    def around(self, player, radius=2):
        self._check_player(player)
        if radius < 0:
            raise ValueError("radius must not be negative")
        place = self.client.zrank(self.key, player)
        if place is None:
            return []
        first = max(place - radius, 0)
        rows = self.client.zrange(self.key, first, place + radius, withscores=True)
        return self._entries(rows, first)

    def between(self, low, high):
        rows = self.client.zrangebyscore(self.key, -high, -low, withscores=True)
        first = self.client.zcount(self.key, "-inf", f"({-high!r}")
        return self._entries(rows, first)

    def remove(self, player):
        self._check_player(player)
        return self.client.zrem(self.key, player) == 1

    def size(self):
        return self.client.zcard(self.key)

    def _start_ttl(self, pipe):
        # NX: only a board that has no expiry yet gets one, which is a new board.
        if self.ttl is not None:
            pipe.expire(self.key, self.ttl, nx=True)

    def _entries(self, rows, first):
        """Entries of the rows that begin at the 0-based place ``first``."""
        if not rows:
            return []
        previous = rows[0][1]
        rank = self.client.zcount(self.key, "-inf", f"({previous!r}") + 1
        entries = []
        for place, (player, negated) in enumerate(rows, start=first + 1):
            if negated != previous:
                rank, previous = place, negated
            entries.append((rank, player, -negated))
        return entries

    def _check_player(self, player):
        if not player:
            raise ValueError("a player needs a name")

    def _check(self, player, score):
        self._check_player(player)
        if not math.isfinite(score):
            raise ValueError("a score must be a finite number")
