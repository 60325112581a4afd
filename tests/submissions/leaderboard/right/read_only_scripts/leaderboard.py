"""A leaderboard whose reading methods are EVAL_RO, each one script that walks place by place."""

import math

HEAD = """
local key = KEYS[1]
local function rank_of(negated)
    return redis.call('ZCOUNT', key, '-inf', '(' .. negated) + 1
end
local function walk(first, last)
    local entries = {}
    for place = first, last do
        local row = redis.call('ZRANGE', key, place, place, 'WITHSCORES')
        if #row == 0 then
            break
        end
        entries[#entries + 1] = {rank_of(row[2]), row[1], row[2]}
    end
    return entries
end
"""
TOP = HEAD + "return walk(0, ARGV[1] - 1)"
AROUND = (
    HEAD
    + """
local place = redis.call('ZRANK', key, ARGV[1])
if place then
    return walk(math.max(0, place - ARGV[2]), place + ARGV[2])
end
return {}
"""
)
BETWEEN = (
    HEAD
    + """
local first = redis.call('ZCOUNT', key, '-inf', '(' .. ARGV[1])
local found = redis.call('ZCOUNT', key, ARGV[1], ARGV[2])
return walk(first, first + found - 1)
"""
)
RANK = (
    HEAD
    + """
local negated = redis.call('ZSCORE', key, ARGV[1])
return negated and rank_of(negated) or nil
"""
)
WRITE = """
local key, ttl = KEYS[1], ARGV[1]
local fresh = redis.call('EXISTS', key) == 0
local reply = redis.call(ARGV[2], key, unpack(ARGV, 3))
if fresh and ttl ~= 'never' then
    redis.call('EXPIRE', key, ttl)
end
return reply
"""


class Leaderboard:
    def __init__(self, client, name, ttl=None):
        if name == "":
            raise ValueError("A board has a name.")
        if ttl is not None:
            if not isinstance(ttl, int) or ttl <= 0:
                raise ValueError("A ttl is a whole number above 0.")
        self.client = client
        self.key = "scores of " + name
        self.ttl = "never" if ttl is None else ttl

    def write(self, *command):
        return self.client.eval(WRITE, 1, self.key, self.ttl, *command)

    def read(self, script, *args):
        return self.client.eval_ro(script, 1, self.key, *args)

    def entries(self, script, *args):
        return [(rank, player, -float(negated)) for rank, player, negated in self.read(script, *args)]

    def submit(self, player, score):
        refuse_unnamed(player)
        refuse_unbounded(score)
        return self.write("ZADD", "LT", "CH", -score, player) > 0

    def add(self, player, points):
        refuse_unnamed(player)
        refuse_unbounded(points)
        return -float(self.write("ZINCRBY", -points, player))

    def score(self, player):
        refuse_unnamed(player)
        negated = self.client.zscore(self.key, player)
        if negated is not None:
            return -negated

    def rank(self, player):
        refuse_unnamed(player)
        return self.read(RANK, player)

    def top(self, n=10):
        if n < 1:
            raise ValueError("The first how many?")
        return self.entries(TOP, n)

    def around(self, player, radius=2):
        refuse_unnamed(player)
        if radius < 0:
            raise ValueError("A radius is not negative.")
        return self.entries(AROUND, player, radius)

    def between(self, low, high):
        return self.entries(BETWEEN, -high, -low)

    def remove(self, player):
        refuse_unnamed(player)
        return self.client.zrem(self.key, player) > 0

    def size(self):
        return self.client.zcount(self.key, "-inf", "+inf")


def refuse_unnamed(player):
    if player == "":
        raise ValueError("A player has a name.")


def refuse_unbounded(number):
    if not math.isfinite(number):
        raise ValueError("That is no number to count with.")
