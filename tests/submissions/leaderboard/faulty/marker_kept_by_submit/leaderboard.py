"""A board that was emptied keeps its old end where it begins anew with submit.

Breaks: "A board that was emptied or ran out starts anew with its next score."
"""

import math
import time

BIND = """
-- KEYS board, marker; ARGV deadline in ms or '', command, its arguments
if ARGV[1] ~= '' then
  if ARGV[2] == 'ZINCRBY' and redis.call('EXISTS', KEYS[1]) == 0 then redis.call('DEL', KEYS[2]) end
  redis.call('SET', KEYS[2], ARGV[1], 'NX', 'PXAT', ARGV[1])
end
local reply = redis.call(ARGV[2], KEYS[1], unpack(ARGV, 3))
if ARGV[1] ~= '' then redis.call('PEXPIREAT', KEYS[1], redis.call('GET', KEYS[2])) end
return reply
"""


class Leaderboard:
    def __init__(self, client, name, ttl=None):
        if not name:
            raise ValueError("name")
        if ttl is not None and (ttl % 1 or ttl <= 0):
            raise ValueError("ttl")
        self.client, self.ttl = client, ttl
        self.board, self.marker = "S" + name, "M" + name
        self.bind = client.register_script(BIND)

    def _write(self, *words):
        deadline = "" if self.ttl is None else math.ceil((time.time() + self.ttl) * 1000)
        return self.bind(keys=[self.board, self.marker], args=[deadline, *words])

    def submit(self, player, score):
        check(player, score)
        return self._write("ZADD", "LT", "CH", repr(-score), player) == 1

    def add(self, player, points):
        check(player, points)
        return -float(self._write("ZINCRBY", repr(-points), player))

    def score(self, player):
        check(player)
        stored = self.client.zscore(self.board, player)
        return stored and -stored

    def rank(self, player):
        check(player)
        stored = self.client.zscore(self.board, player)
        if stored is not None:
            return self.client.zcount(self.board, "-inf", f"({stored!r}") + 1

    def top(self, n=10):
        if n < 1:
            raise ValueError("n")
        rows = self.client.zrange(self.board, 0, n - 1, withscores=True)
        return ranked(rows, 0, 0)

    def around(self, player, radius=2):
        check(player)
        if radius < 0:
            raise ValueError("radius")
        index = self.client.zrank(self.board, player)
        if index is None:
            return []
        start = max(0, index - radius)
        rows = self.client.zrange(self.board, start, index + radius, withscores=True)
        return ranked(rows, start, self._better(rows))

    def between(self, low, high):
        if low > high:
            return []
        rows = self.client.zrangebyscore(self.board, -high, -low, withscores=True)
        better = self._better(rows)
        return ranked(rows, better, better)

    def _better(self, rows):
        return self.client.zcount(self.board, "-inf", f"({rows[0][1]!r}") if rows else 0

    def remove(self, player):
        check(player)
        return self.client.zrem(self.board, player) == 1

    def size(self):
        return self.client.zcard(self.board)


def ranked(rows, before, better):
    entries = []
    for place, (player, stored) in enumerate(rows, before + 1):
        rank = better + 1 if not entries else entries[-1][0] if entries[-1][2] == -stored else place
        entries.append((rank, player, -stored))
    return entries


def check(player, number=0):
    if not player:
        raise ValueError("player")
    if not math.isfinite(number):
        raise ValueError("number")
