"""remove uses one pipeline for all calls, that of other threads too.

Breaks: "one client serves at most 50 threads."
"""

import math


class Leaderboard:
    def __init__(self, client, name, ttl=None):
        if not name:
            raise ValueError("name is required")
        if ttl is not None and (ttl <= 0 or ttl != int(ttl)):
            raise ValueError("ttl must be a whole number above zero")
        self.client = client
        self.scores = f"leaderboard:scores:{name}"
        self.index = f"leaderboard:index:{name}"
        self.ttl = ttl
        self.remover = client.pipeline(transaction=True)

    # Writing: both keys in one transaction, both with the same expiry.

    def _write(self, *commands):
        with self.client.pipeline(transaction=True) as pipe:
            for command in commands:
                command(pipe)
            if self.ttl is not None:
                pipe.expire(self.scores, self.ttl, nx=True)
                pipe.expire(self.index, self.ttl, nx=True)
            return pipe.execute()

    def submit(self, player, score):
        self._validate(player, score)
        replies = self._write(
            lambda pipe: pipe.zadd(self.scores, {player: score}, gt=True, ch=True),
            lambda pipe: pipe.zadd(self.index, {player: -score}, lt=True),
        )
        return replies[0] > 0

    def add(self, player, points):
        self._validate(player, points)
        replies = self._write(
            lambda pipe: pipe.zincrby(self.scores, points, player),
            lambda pipe: pipe.zincrby(self.index, -points, player),
        )
        return replies[0]

    def remove(self, player):
        self._validate(player)
        self.remover.zrem(self.scores, player)
        self.remover.zrem(self.index, player)
        removed, _ = self.remover.execute()
        return removed > 0

    # Reading: players and their order from the index, single scores from the scores.

    def score(self, player):
        self._validate(player)
        return self.client.zscore(self.scores, player)

    def rank(self, player):
        score = self.score(player)
        return None if score is None else self._rank_of(score)

    def _rank_of(self, score):
        return 1 + self.client.zcount(self.scores, "(" + repr(score), "+inf")

    def _slice(self, first, last):
        rows = [(p, -s) for p, s in self.client.zrange(self.index, first, last, withscores=True)]
        if not rows:
            return []
        ranks = {rows[0][1]: self._rank_of(rows[0][1])}
        for offset, (_, score) in enumerate(rows):
            ranks.setdefault(score, first + offset + 1)
        return [(ranks[score], player, score) for player, score in rows]

    def top(self, n=10):
        if n < 1:
            raise ValueError("n must be 1 or more")
        return self._slice(0, n - 1)

    def around(self, player, radius=2):
        self._validate(player)
        if radius < 0:
            raise ValueError("radius must be 0 or more")
        position = self.client.zrank(self.index, player)
        if position is None:
            return []
        return self._slice(max(0, position - radius), position + radius)

    def between(self, low, high):
        if low > high:
            return []
        with self.client.pipeline(transaction=True) as pipe:
            pipe.zcount(self.scores, "(" + repr(high), "+inf")
            pipe.zcount(self.scores, low, high)
            first, found = pipe.execute()
        return self._slice(first, first + found - 1) if found else []

    def size(self):
        return self.client.zcard(self.scores)

    @staticmethod
    def _validate(player, number=0):
        if not player:
            raise ValueError("player is required")
        if not math.isfinite(number):
            raise ValueError("scores are finite numbers")
