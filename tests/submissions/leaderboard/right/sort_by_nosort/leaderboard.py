"""SORT ... BY nosort LIMIT cuts a window out of the set; ZMSCORE gives its scores."""

import math

EXPIRE_IF_NEW = "if redis.call('TTL', KEYS[1]) == -1 then redis.call('EXPIRE', KEYS[1], ARGV[1]) end"

SUBMIT = (
    """
local changed = redis.call('ZADD', KEYS[1], 'LT', 'CH', ARGV[2], ARGV[3])
if ARGV[1] ~= '' then %s end
return changed
"""
    % EXPIRE_IF_NEW
)

ADD = (
    """
local new = redis.call('ZINCRBY', KEYS[1], ARGV[2], ARGV[3])
if ARGV[1] ~= '' then %s end
return new
"""
    % EXPIRE_IF_NEW
)


class Leaderboard:
    def __init__(self, client, name, ttl=None):
        if not name:
            raise ValueError("no name")
        if ttl is not None:
            if not isinstance(ttl, int) or ttl < 1:
                raise ValueError("no ttl")
        self.r = client
        self.k = name
        self.ttl = "" if ttl is None else ttl
        self._submit = client.register_script(SUBMIT)
        self._add = client.register_script(ADD)

    def submit(self, player, score):
        return bool(self._submit([self.k], [self.ttl, repr(-self.num(score)), self.who(player)]))

    def add(self, player, points):
        return -float(self._add([self.k], [self.ttl, repr(-self.num(points)), self.who(player)])) + 0.0

    def score(self, player):
        s = self.r.zscore(self.k, self.who(player))
        return s if s is None else -s

    def rank(self, player):
        s = self.r.zscore(self.k, self.who(player))
        return s if s is None else self.r.zcount(self.k, "-inf", f"({s!r}") + 1

    def top(self, n=10):
        if n < 1:
            raise ValueError("n")
        return self.window(0, n)

    def around(self, player, radius=2):
        self.who(player)
        if radius < 0:
            raise ValueError("radius")
        at = self.r.zrank(self.k, player)
        if at is None:
            return []
        begin = max(0, at - radius)
        return self.window(begin, at + radius + 1 - begin)

    def between(self, low, high):
        if low > high:
            return []
        rows = self.r.zrangebyscore(self.k, -high, -low, withscores=True)
        return self.ranked(rows)

    def window(self, begin, count):
        names = self.r.sort(self.k, by="nosort", start=begin, num=count)
        if not names:
            return []
        scores = self.r.zmscore(self.k, names)
        return self.ranked([(n, s) for n, s in zip(names, scores) if s is not None], begin)

    def ranked(self, rows, index=None):
        out = []
        if rows:
            above = self.r.zcount(self.k, "-inf", f"({rows[0][1]!r}")
            index = above if index is None else index
            for i, (name, s) in enumerate(rows):
                rank = above + 1 if s == rows[0][1] else out[-1][0] if -s == out[-1][2] else index + i + 1
                out.append((rank, name, -s))
        return out

    def remove(self, player):
        return self.r.zrem(self.k, self.who(player)) > 0

    def size(self):
        return self.r.zcard(self.k)

    @staticmethod
    def who(player):
        if not player:
            raise ValueError("player")
        return player

    @staticmethod
    def num(x):
        if x != x or x in (math.inf, -math.inf):
            raise ValueError("number")
        return float(x)
