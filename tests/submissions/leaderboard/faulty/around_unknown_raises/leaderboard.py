"""around() of an unknown player is a TypeError.

Breaks: "The player with up to `radius` neighbours on each side, in board order; `[]` for an unknown
player; a negative radius: `ValueError`; 0: the player alone."
"""

import math

WRITE = """
local reply
if ARGV[1] == 'submit' then
    reply = redis.call('ZADD', KEYS[1], 'LT', 'CH', ARGV[3], ARGV[2])
else
    reply = redis.call('ZINCRBY', KEYS[1], ARGV[3], ARGV[2])
end
local ttl = tonumber(ARGV[4])
if ttl > 0 and redis.call('PEXPIRETIME', KEYS[1]) < 0 then
    local now = redis.call('TIME')
    local milliseconds = now[1] * 1000 + math.floor(now[2] / 1000)
    redis.call('PEXPIREAT', KEYS[1], string.format('%.0f', milliseconds + ttl * 1000))
end
return tostring(reply)
"""

READ = """
local key, first, last = KEYS[1], tonumber(ARGV[1]), tonumber(ARGV[2])
local rows = redis.call('ZRANGE', key, first, last, 'WITHSCORES')
local entries = {}
local rank, previous
for i = 1, #rows, 2 do
    if i == 1 then
        rank = redis.call('ZCOUNT', key, '-inf', '(' .. rows[2]) + 1
    elseif tonumber(rows[i + 1]) ~= previous then
        rank = first + (i + 1) / 2
    end
    previous = tonumber(rows[i + 1]) -- a number, for 0 and -0 are equal
    entries[#entries + 1] = {rank, rows[i], rows[i + 1]}
end
return entries
"""


class Leaderboard:
    def __init__(self, client, name, ttl=None):
        self._name(name)
        if ttl is not None and (not isinstance(ttl, int) or ttl < 1):
            raise ValueError("ttl: a whole number above 0, please")
        self.client = client
        self.key = f"board/{name}"
        self.ttl = 0 if ttl is None else ttl
        self.write = client.register_script(WRITE)
        self.read = client.register_script(READ)

    def submit(self, player, score):
        self._name(player)
        self._finite(score)
        return self.write([self.key], ["submit", player, -score, self.ttl]) == "1"

    def add(self, player, points):
        self._name(player)
        self._finite(points)
        return -float(self.write([self.key], ["add", player, -points, self.ttl]))

    def score(self, player):
        self._name(player)
        negated = self.client.zscore(self.key, player)
        return negated if negated is None else -negated

    def rank(self, player):
        score = self.score(player)
        return score if score is None else self._better(score) + 1

    def _better(self, score):
        return self.client.zcount(self.key, "-inf", f"({-score!r}")

    def top(self, n=10):
        if n < 1:
            raise ValueError("n: 1 or more, please")
        return self._entries(0, n - 1)

    def around(self, player, radius=2):
        self._name(player)
        if radius < 0:
            raise ValueError("radius: 0 or more, please")
        place = self.client.zrank(self.key, player)
        return self._entries(max(place - radius, 0), place + radius)

    def between(self, low, high):
        found = self.client.zcount(self.key, -high, -low)
        if not found:
            return []
        first = self._better(high)
        return self._entries(first, first + found - 1)

    def _entries(self, first, last):
        rows = self.read([self.key], [first, last])
        return [(rank, player, -float(negated)) for rank, player, negated in rows]

    def remove(self, player):
        self._name(player)
        return self.client.zrem(self.key, player) == 1

    def size(self):
        return self.client.zcard(self.key)

    def _name(self, name):
        if not name:
            raise ValueError("a name: not empty, please")

    def _finite(self, number):
        if not math.isfinite(number):
            raise ValueError("a finite number, please")
