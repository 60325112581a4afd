"""With a ttl rank counts the member that marks the board's end as a player.

Breaks: "A rank is 1-based and equals share it"
"""

import math

LIB = """
local key, ttl = KEYS[1], ARGV[1]
local function sentinel()
  local last = redis.call('ZRANGE', key, -1, -1)[1]
  if last and string.sub(last, 1, 1) == '!' then return last end
end
local function open()
  if not sentinel() then
    local ends = ''
    if ttl ~= '' then ends = redis.call('TIME')[1] + ttl end
    redis.call('ZADD', key, 'inf', '!' .. ends)
    if ttl ~= '' then redis.call('EXPIREAT', key, ends) end
  end
end
"""
SUBMIT = LIB + "local n = redis.call('ZADD', key, 'LT', 'CH', ARGV[2], ARGV[3]) open() return n"
ADD = LIB + "local s = redis.call('ZINCRBY', key, ARGV[2], ARGV[3]) open() return s"
REMOVE = (
    LIB
    + """
local n = redis.call('ZREM', key, ARGV[2])
if n == 1 and redis.call('ZCARD', key) == 1 then redis.call('DEL', key) end
return n
"""
)


class Leaderboard:
    def __init__(self, client, name, ttl=None):
        if name == "":
            raise ValueError("name")
        if ttl is not None and (not isinstance(ttl, int) or ttl < 1):
            raise ValueError("ttl")
        self.client, self.key, self.ttl = client, "board:" + name, "" if ttl is None else ttl
        self._submit, self._add, self._remove = map(client.register_script, (SUBMIT, ADD, REMOVE))

    def submit(self, player, score):
        member = member_of(player)
        finite(score)
        return self._submit([self.key], [self.ttl, repr(-score), member]) == 1

    def add(self, player, points):
        member = member_of(player)
        finite(points)
        return -float(self._add([self.key], [self.ttl, repr(-points), member]))

    def score(self, player):
        stored = self.client.zscore(self.key, member_of(player))
        return None if stored is None else -stored

    def rank(self, player):
        score = self.score(player)
        if score is None:
            return None
        better = self.client.zcount(self.key, "-inf", f"({-score!r}")
        return better + (1 if self.ttl == "" else 2)

    def _better(self, score):
        return self.client.zcount(self.key, "-inf", f"({-score!r}")

    def top(self, n=10):
        if n < 1:
            raise ValueError("n")
        return self._entries(self.client.zrange(self.key, 0, n - 1, withscores=True), 0)

    def around(self, player, radius=2):
        member = member_of(player)
        if radius < 0:
            raise ValueError("radius")
        place = self.client.zrank(self.key, member)
        if place is None:
            return []
        first = max(0, place - radius)
        return self._entries(self.client.zrange(self.key, first, place + radius, withscores=True), first)

    def between(self, low, high):
        if low > high:
            return []
        rows = self.client.zrange(self.key, -high, -low, byscore=True, withscores=True)
        return self._entries(rows, None)

    def _entries(self, rows, first):
        rows = [(member[1:], -stored) for member, stored in rows if member[0] == "+"]
        if not rows:
            return []
        better = self._better(rows[0][1])
        first = better if first is None else first
        entries = [(better + 1, *rows[0])]
        for place, (player, score) in enumerate(rows[1:], first + 2):
            rank, _, before = entries[-1]
            entries.append((rank if score == before else place, player, score))
        return entries

    def remove(self, player):
        return self._remove([self.key], [self.ttl, member_of(player)]) == 1

    def size(self):
        return max(0, self.client.zcard(self.key) - 1)


def member_of(player):
    if player == "":
        raise ValueError("player")
    return "+" + player


def finite(number):
    if not math.isfinite(number):
        raise ValueError("number")
