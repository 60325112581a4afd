"""A board with negated scores in a sorted set."""

import math
from typing import NamedTuple


class Entry(NamedTuple):
    rank: int
    player: str
    score: float


AROUND = """
local i = redis.call('ZRANK', KEYS[1], ARGV[1])
if not i then return {} end
local first = math.max(0, i - ARGV[2])
local rows = redis.call('ZRANGE', KEYS[1], first, i + ARGV[2], 'WITHSCORES')
return {first, redis.call('ZCOUNT', KEYS[1], '-inf', '(' .. rows[2]), rows}
"""


class Base:
    def __init__(self, client, name, ttl=None):
        if name == "":
            raise ValueError("name")
        if ttl is not None and (type(ttl) is not int or ttl < 1):
            raise ValueError("ttl")
        self.client, self.key, self.limit = client, "board:" + name, ttl
        self.ready()
        self.script_around = self.client.register_script(AROUND)

    def ready(self):
        pass

    def named(self, player):
        if player == "":
            raise ValueError("player")
        return player

    def number(self, x):
        if not math.isfinite(x):
            raise ValueError("not finite")
        return float(x)

    def commit(self, *command):
        with self.client.pipeline(transaction=True) as pipe:
            pipe.execute_command(*command)
            if self.limit:
                pipe.expire(self.key, self.limit, nx=True)
            return pipe.execute()[0]

    def submit(self, player, score):
        return bool(self.commit("ZADD", self.key, "LT", "CH", repr(-self.number(score)), self.named(player)))

    def add(self, player, points):
        return 0.0 - float(self.commit("ZINCRBY", self.key, repr(-self.number(points)), self.named(player)))

    def score(self, player):
        found = self.client.zscore(self.key, self.named(player))
        return None if found is None else 0.0 - found

    def rank(self, player):
        rows = self.around(player, 0)
        return rows[0][0] if rows else None

    def ranked(self, pairs, before, better):
        out, rank, last = [], better + 1, None
        for place, (player, negated) in enumerate(pairs, before + 1):
            score = 0.0 - float(negated)
            if last is not None and score != last:
                rank = place
            last = score
            out.append(self.entry(rank, player, score))
        return out

    def entry(self, rank, player, score):
        return Entry(rank, player, score)

    def top(self, n=10):
        if n < 1:
            raise ValueError("n")
        return self.ranked(self.client.zrange(self.key, 0, n - 1, withscores=True), 0, 0)

    def around(self, player, radius=2):
        self.named(player)
        if radius < 0:
            raise ValueError("radius")
        found = self.script_around(keys=[self.key], args=[player, radius])
        if not found:
            return []
        first, better, rows = found
        return self.ranked(zip(rows[::2], rows[1::2]), first, better)

    def between(self, low, high):
        if not low <= high:
            return []
        with self.client.pipeline() as pipe:
            pipe.zcount(self.key, "-inf", "(" + repr(float(-high)))
            pipe.zrange(self.key, repr(float(-high)), repr(float(-low)), byscore=True, withscores=True)
            better, rows = pipe.execute()
        return self.ranked(rows, better, better)

    def remove(self, player):
        return self.client.zrem(self.key, self.named(player))

    def size(self):
        return self.client.zcard(self.key)
