"""Making a board writes a key beside it, which has an expiry only once there is a score."""

import math
import time

OPEN = "redis.call('SETNX', KEYS[1], ARGV[1])"
WRITE = """
local reply = redis.call(ARGV[2], KEYS[1], unpack(ARGV, 3))
if ARGV[1] ~= '' then
  redis.call('EXPIRE', KEYS[1], ARGV[1], 'NX')
  if redis.call('EXISTS', KEYS[2]) == 1 then redis.call('PEXPIRE', KEYS[2], redis.call('PTTL', KEYS[1])) end
end
return reply
"""
REMOVE = """
local gone = redis.call('ZREM', KEYS[1], ARGV[1])
if redis.call('EXISTS', KEYS[1]) == 0 then redis.call('DEL', KEYS[2]) end
return gone
"""


class Leaderboard:
    def __init__(self, client, name, ttl=None):
        if not name:
            raise ValueError("name")
        if ttl is not None and not (ttl > 0 and ttl == int(ttl)):
            raise ValueError("ttl")
        self.client, self.ttl = client, ttl or ""
        self.keys = [f"board/{name}", f"opened/{name}"]
        self.key = self.keys[0]
        self.write = client.register_script(WRITE)
        self.take = client.register_script(REMOVE)
        client.eval(OPEN, 1, self.keys[1], int(time.time()))

    def submit(self, player, score):
        check(player, score)
        return self.write(self.keys, [self.ttl, "ZADD", "LT", "CH", repr(-float(score)), player]) == 1

    def add(self, player, points):
        check(player, points)
        return -float(self.write(self.keys, [self.ttl, "ZINCRBY", repr(-float(points)), player]))

    def score(self, player):
        check(player)
        stored = self.client.zscore(self.key, player)
        return None if stored is None else -stored

    def rank(self, player):
        stored = self.score(player)
        return None if stored is None else self.client.zcount(self.key, "-inf", f"({-stored!r}") + 1

    def top(self, n=10):
        if n < 1:
            raise ValueError("n")
        return self.window(0, n - 1)

    def around(self, player, radius=2):
        check(player)
        if radius < 0:
            raise ValueError("radius")
        place = self.client.zrank(self.key, player)
        return [] if place is None else self.window(max(place - radius, 0), place + radius)

    def between(self, low, high):
        with self.client.pipeline() as pipe:
            pipe.zcount(self.key, "-inf", f"({-high!r}").zcount(self.key, -high, -low)
            above, count = pipe.execute()
        return self.window(above, above + count - 1) if count else []

    def window(self, first, last):
        rows = self.client.zrange(self.key, first, last, withscores=True)
        if not rows:
            return []
        rank, before, entries = self.client.zcount(self.key, "-inf", f"({rows[0][1]!r}") + 1, rows[0][1], []
        for place, (player, stored) in enumerate(rows, first + 1):
            rank, before = (rank, before) if stored == before else (place, stored)
            entries.append((rank, player, -stored))
        return entries

    def remove(self, player):
        check(player)
        return self.take(self.keys, [player]) == 1

    def size(self):
        return self.client.zcard(self.key)


def check(player, number=0.0):
    if not player:
        raise ValueError("player")
    if not math.isfinite(number):
        raise ValueError("number")
