"""A leaderboard that gives whole scores as ints and says 1 and 0: equal is equal."""

import math


def tidy(score):
    """2.0 is shown as 2."""
    return int(score) if float(score).is_integer() else float(score)


class Leaderboard:
    def __init__(self, client, name, ttl=None):
        if not name:
            raise ValueError("name")
        if ttl is not None and (ttl < 1 or ttl != round(ttl)):
            raise ValueError("ttl")
        self.db, self.name, self.ttl = client, f"LB {name}", ttl

    def _change(self, method, *args, **options):
        pipe = self.db.pipeline()  # redis-py makes it a transaction unless told otherwise
        getattr(pipe, method)(self.name, *args, **options)
        if self.ttl is not None:
            pipe.expire(self.name, round(self.ttl), nx=True)
        return pipe.execute()[0]

    def submit(self, player, score):
        self._ok(player, score)
        return self._change("zadd", {player: -score}, lt=True, ch=True)

    def add(self, player, points):
        self._ok(player, points)
        return tidy(-self._change("zincrby", -points, player))

    def remove(self, player):
        self._ok(player)
        return self.db.zrem(self.name, player)

    def score(self, player):
        self._ok(player)
        found = self.db.zscore(self.name, player)
        return found if found is None else tidy(-found)

    def rank(self, player):
        self._ok(player)
        found = self.db.zscore(self.name, player)
        return found if found is None else self._before(found) + 1

    def _before(self, negated):
        return self.db.zcount(self.name, "-inf", f"({float(negated)!r}")

    def top(self, n=10):
        if n < 1:
            raise ValueError("n")
        return self._rows(0, self.db.zrange(self.name, 0, n - 1, withscores=True))

    def around(self, player, radius=2):
        self._ok(player)
        if radius < 0:
            raise ValueError("radius")
        at = self.db.zrank(self.name, player)
        if at is None:
            return []
        begin = max(0, at - radius)
        return self._rows(begin, self.db.zrange(self.name, begin, at + radius, withscores=True))

    def between(self, low, high):
        begin = self._before(-high)
        return self._rows(begin, self.db.zrangebyscore(self.name, -high, -low, withscores=True))

    def _rows(self, begin, rows):
        ranks = {}
        for place, (_, negated) in enumerate(rows, begin + 1):
            if negated not in ranks:
                ranks[negated] = place if ranks else self._before(negated) + 1
        return [(ranks[negated], player, tidy(-negated)) for player, negated in rows]

    def size(self):
        return self.db.zcard(self.name)

    def _ok(self, player, number=0):
        if not player:
            raise ValueError("player")
        if not math.isfinite(number):
            raise ValueError("number")
