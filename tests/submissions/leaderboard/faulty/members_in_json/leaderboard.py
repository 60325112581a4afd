"""Players are stored as JSON, whose quotes and escapes are sorted too.

Breaks: "The board's order is score, highest first, then player ascending by UTF-8 bytes among
equals."
"""

import math

import names


class Leaderboard:
    PREFIX = "leaderboard"

    def __init__(self, client, name, ttl=None):
        board = names.encode(name)
        if ttl is not None and (int(ttl) != ttl or ttl < 1):
            raise ValueError("the ttl must be a whole number above 0")
        self.redis = client
        self.key = f"{self.PREFIX}:{board}"
        self.ttl = None if ttl is None else int(ttl)

    def submit(self, player, score):
        member = names.encode(player)
        self._finite(score)
        pipe = self.redis.pipeline(transaction=True)
        pipe.zadd(self.key, {member: -score}, ch=True, lt=True)
        return self._commit(pipe) == 1

    def add(self, player, points):
        member = names.encode(player)
        self._finite(points)
        pipe = self.redis.pipeline(transaction=True)
        pipe.zincrby(self.key, -points, member)
        return -self._commit(pipe)

    def _commit(self, pipe):
        if self.ttl is not None:
            pipe.expire(self.key, self.ttl, nx=True)
        return pipe.execute()[0]

    def score(self, player):
        negated = self.redis.zscore(self.key, names.encode(player))
        if negated is not None:
            negated = -negated
        return negated

    def rank(self, player):
        negated = self.redis.zscore(self.key, names.encode(player))
        if negated is not None:
            return self.redis.zcount(self.key, "-inf", f"({negated!r}") + 1
        return None

    def top(self, n=10):
        if n < 1:
            raise ValueError("n must be above 0")
        return self._slice(0, n)

    def around(self, player, radius=2):
        member = names.encode(player)
        if radius < 0:
            raise ValueError("the radius must not be below 0")
        middle = self.redis.zrank(self.key, member)
        if middle is None:
            return []
        return self._slice(max(middle - radius, 0), middle + radius + 1)

    def between(self, low, high):
        if low > high:
            return []
        start = self.redis.zcount(self.key, "-inf", f"({-high!r}")
        stop = self.redis.zcount(self.key, "-inf", -low)
        return self._slice(start, stop) if stop > start else []

    def _slice(self, start, stop):
        """Entries at the 0-based places from start up to, not including, stop."""
        rows = self.redis.zrange(self.key, start, stop - 1, withscores=True)
        entries = []
        for offset, (member, negated) in enumerate(rows):
            if offset == 0:
                rank = self.redis.zcount(self.key, "-inf", f"({negated!r}") + 1
            elif -negated != entries[-1][2]:
                rank = start + offset + 1
            entries.append((rank, names.decode(member), -negated))
        return entries

    def remove(self, player):
        return bool(self.redis.zrem(self.key, names.encode(player)))

    def size(self):
        return self.redis.zcard(self.key)

    @staticmethod
    def _finite(number):
        if not math.isfinite(number):
            raise ValueError("scores and points must be finite")
