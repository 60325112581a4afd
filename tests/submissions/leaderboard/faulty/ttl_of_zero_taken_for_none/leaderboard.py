"""TTL rounds: in the last half second it is 0, which the script takes for no expiry.

Breaks: "With a `ttl` the whole board expires that long after its first score; later scores do not extend it."
"""

import math

WRITE = """
local reply = redis.call('ZADD', KEYS[1], ARGV[1], 'CH', ARGV[2], ARGV[3])
if ARGV[4] ~= '' and redis.call('TTL', KEYS[1]) <= 0 then redis.call('EXPIRE', KEYS[1], ARGV[4]) end
return reply
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

    def submit(self, player, score):
        self.check(player, score)
        return bool(self.client.eval(WRITE, 1, self.key, "LT", repr(-float(score)), player, self.ttl or ""))

    def add(self, player, points):
        self.check(player, points)
        return 0.0 - float(
            self.client.eval(WRITE, 1, self.key, "INCR", repr(-float(points)), player, self.ttl or "")
        )

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
        return bool(self.client.zrem(self.key, player))

    def size(self):
        return self.client.zcard(self.key)
