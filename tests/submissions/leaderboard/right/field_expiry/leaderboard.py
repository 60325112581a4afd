"""A leaderboard with a hash beside it that knows when each player came; its fields expire with the board."""

import math

WRITE = """
local board, seen, player, ttl = KEYS[1], KEYS[2], ARGV[1], tonumber(ARGV[2])
local reply = redis.call(unpack(ARGV, 3))
if redis.call('ZSCORE', board, player) and redis.call('HEXISTS', seen, player) == 0 then
    redis.call('HSET', seen, player, redis.call('HLEN', seen))
end
if ttl > 0 then
    if redis.call('PTTL', board) < 0 then
        redis.call('PEXPIRE', board, ttl * 1000)
    end
    if redis.call('EXISTS', board) == 1 then
        redis.call('HPEXPIREAT', seen, redis.call('PEXPIRETIME', board), 'FIELDS', 1, player)
    end
end
return reply
"""

REMOVE = """
redis.call('HDEL', KEYS[2], ARGV[1])
return redis.call('ZREM', KEYS[1], ARGV[1])
"""


class Leaderboard:
    def __init__(self, client, name, ttl=None):
        if not name:
            raise ValueError("empty name")
        if ttl is not None and (not isinstance(ttl, int) or ttl < 1):
            raise ValueError("bad ttl")
        self.client = client
        self.keys = [f"b-{name}", f"s-{name}"]
        self.board = self.keys[0]
        self.ttl = ttl or 0
        self.run = client.register_script(WRITE)
        self.take_off = client.register_script(REMOVE)

    def submit(self, player, score):
        check(player, score)
        command = ["ZADD", self.board, "LT", "CH", repr(-float(score)), player]
        return self.run(self.keys, [player, self.ttl, *command]) == 1

    def add(self, player, points):
        check(player, points)
        return -float(self.run(self.keys, [player, self.ttl, "ZINCRBY", self.board, repr(-points), player]))

    def remove(self, player):
        check(player)
        return self.take_off(self.keys, [player]) == 1

    def score(self, player):
        check(player)
        negated = self.client.zscore(self.board, player)
        return None if negated is None else -negated

    def rank(self, player):
        own = self.score(player)
        return None if own is None else self.above(own) + 1

    def above(self, score):
        return self.client.zcount(self.board, "-inf", f"({-score!r}")

    def top(self, n=10):
        if n < 1:
            raise ValueError("n below 1")
        return self.window(0, n - 1)

    def around(self, player, radius=2):
        check(player)
        if radius < 0:
            raise ValueError("radius below 0")
        place = self.client.zrank(self.board, player)
        return [] if place is None else self.window(max(place - radius, 0), place + radius)

    def between(self, low, high):
        first = self.above(high)
        end = self.client.zcount(self.board, "-inf", -low)
        return self.window(first, end - 1) if end > first else []

    def window(self, first, last):
        pairs = self.client.zrange(self.board, first, last, withscores=True)
        result, previous = [], None
        for place, (player, negated) in enumerate(pairs, first + 1):
            if previous is None:
                rank = self.above(-negated) + 1
            elif negated != previous:
                rank = place
            previous = negated
            result.append((rank, player, -negated))
        return result

    def size(self):
        return self.client.zcard(self.board)


def check(player, number=0.0):
    if not player:
        raise ValueError("empty player")
    if not math.isfinite(number):
        raise ValueError("not finite")
