"""Leaderboard in Lua."""

import math
import redis

PRE = """
local key = KEYS[1]
local function started()
  if ARGV[1] ~= '' and redis.call('PTTL', key) == -1 then
    redis.call('EXPIRE', key, ARGV[1])
  end
end
"""
SUBMIT = (
    PRE
    + """
local old = redis.call('ZSCORE', key, ARGV[2])
if old and tonumber(old) <= tonumber(ARGV[3]) then return 0 end
redis.call('ZADD', key, ARGV[3], ARGV[2])
started()
return 1
"""
)
ADD = (
    PRE
    + """
local new = redis.call('ZINCRBY', key, ARGV[3], ARGV[2])
started()
return new
"""
)


class Leaderboard:
    def __init__(self, client, name, ttl=None):
        if not name:
            raise ValueError("name")
        if ttl is not None and (isinstance(ttl, float) or ttl < 1):
            raise ValueError("ttl")
        self.r = client
        self.key = "board:" + name
        self.ttl = ttl
        if ttl:
            client.expire(self.key, ttl)
        self._submit = client.register_script(SUBMIT)
        self._add = client.register_script(ADD)

    @staticmethod
    def _player(player):
        if player == "":
            raise ValueError("player")

    @staticmethod
    def _number(x):
        if math.isnan(x) or math.isinf(x):
            raise ValueError("score")
        return repr(-float(x))

    def submit(self, player, score):
        self._player(player)
        text = self._number(score)
        return bool(self._submit(keys=[self.key], args=[self.ttl or "", player, text]))

    def add(self, player, points):
        self._player(player)
        text = self._number(points)
        return -float(self._add(keys=[self.key], args=[self.ttl or "", player, text]))

    def score(self, player):
        self._player(player)
        s = self.r.zscore(self.key, player)
        return None if s is None else -s

    def _better(self, neg):
        return self.r.zcount(self.key, "-inf", "(" + repr(neg))

    def rank(self, player):
        self._player(player)
        s = self.r.zscore(self.key, player)
        if s is None:
            return None
        return self._better(s) + 1

    def _slice(self, start, stop):
        pairs = self.r.zrange(self.key, start, stop, withscores=True)
        if not pairs:
            return []
        rank = self._better(pairs[0][1]) + 1
        out = []
        for i, (player, neg) in enumerate(pairs):
            if out and out[-1][2] != -neg:
                rank = start + i + 1
            out.append((rank, player, -neg))
        return out

    def top(self, n=10):
        if n < 1:
            raise ValueError("n")
        return self._slice(0, min(n, 2**60) - 1)

    def around(self, player, radius=2):
        self._player(player)
        if radius < 0:
            raise ValueError("radius")
        i = self.r.zrank(self.key, player)
        if i is None:
            return []
        radius = min(radius, 2**60)
        return self._slice(max(i - radius, 0), i + radius)

    def between(self, low, high):
        if low > high:
            return []
        pairs = self.r.zrangebyscore(self.key, -high, -low, withscores=True)
        if not pairs:
            return []
        start = self._better(pairs[0][1])
        out = []
        for i, (player, neg) in enumerate(pairs):
            rank = out[-1][0] if out and out[-1][2] == -neg else start + i + 1
            out.append((rank, player, -neg))
        return out

    def remove(self, player):
        self._player(player)
        return self.r.zrem(self.key, player) == 1

    def size(self):
        return self.r.zcard(self.key)
