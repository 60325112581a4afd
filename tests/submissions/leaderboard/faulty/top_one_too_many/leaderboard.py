"""top(n) gives n + 1 entries, for the end of ZRANGE is included.

Breaks: "The first `n` in board order; `n` below 1: `ValueError`."
"""

from math import isfinite

LIBRARY = """#!lua name=leaderboard

local function open(key, ttl)
    if ttl ~= '' then
        redis.call('EXPIRE', key, ttl, 'NX')
    end
end

local function submit(keys, args)
    local changed = redis.call('ZADD', keys[1], 'LT', 'CH', args[2], args[1])
    open(keys[1], args[3])
    return changed
end

local function add(keys, args)
    local negated = redis.call('ZINCRBY', keys[1], args[2], args[1])
    open(keys[1], args[3])
    return negated
end

local function rank_of(key, negated)
    return redis.call('ZCOUNT', key, '-inf', '(' .. negated) + 1
end

local function rank(keys, args)
    local negated = redis.call('ZSCORE', keys[1], args[1])
    if not negated then
        return false
    end
    return rank_of(keys[1], negated)
end

local function slice(key, first, last)
    local rows = redis.call('ZRANGE', key, first, last, 'WITHSCORES')
    if #rows == 0 then
        return {0, 0, rows}
    end
    return {first, rank_of(key, rows[2]), rows}
end

local function top(keys, args)
    return slice(keys[1], 0, tonumber(args[1]))
end

local function around(keys, args)
    local place = redis.call('ZRANK', keys[1], args[1])
    if not place then
        return {0, 0, {}}
    end
    return slice(keys[1], math.max(place - args[2], 0), place + args[2])
end

local function between(keys, args)
    local found = redis.call('ZCOUNT', keys[1], args[1], args[2])
    if found == 0 then
        return {0, 0, {}}
    end
    local first = redis.call('ZCOUNT', keys[1], '-inf', '(' .. args[1])
    return slice(keys[1], first, first + found - 1)
end

redis.register_function('lb_submit', submit)
redis.register_function('lb_add', add)
redis.register_function('lb_rank', rank)
redis.register_function('lb_top', top)
redis.register_function('lb_around', around)
redis.register_function('lb_between', between)
"""


def entries(answer):
    """The answer of a slice function as a list of (rank, player, score)."""
    first, rank, flat = answer
    found = []
    last = None
    for i in range(0, len(flat), 2):
        score = -float(flat[i + 1])
        if last is not None and score != last:
            rank = first + i // 2 + 1
        last = score
        found.append((rank, flat[i], score))
    return found


class Leaderboard:
    def __init__(self, client, name, ttl=None):
        if len(name) == 0:
            raise ValueError("empty name")
        if ttl is not None and not (isinstance(ttl, int) and ttl > 0):
            raise ValueError("bad ttl")
        self.client = client
        self.board = "leaderboards/" + name
        self.ttl = ttl or ""
        client.function_load(LIBRARY, replace=True)

    def submit(self, player, score):
        self.check(player, score)
        return self.call("lb_submit", player, -score, self.ttl) == 1

    def add(self, player, points):
        self.check(player, points)
        return -float(self.call("lb_add", player, -points, self.ttl))

    def score(self, player):
        self.check(player)
        negated = self.client.zscore(self.board, player)
        if negated is not None:
            return -negated
        return None

    def rank(self, player):
        self.check(player)
        return self.call("lb_rank", player)

    def top(self, n=10):
        if n < 1:
            raise ValueError("n is below 1")
        return entries(self.call("lb_top", n))

    def around(self, player, radius=2):
        self.check(player)
        if radius < 0:
            raise ValueError("radius is negative")
        return entries(self.call("lb_around", player, radius))

    def between(self, low, high):
        return entries(self.call("lb_between", -high, -low))

    def remove(self, player):
        self.check(player)
        return self.client.zrem(self.board, player) > 0

    def size(self):
        return self.client.zcard(self.board)

    def call(self, function, *args):
        return self.client.fcall(function, 1, self.board, *args)

    def check(self, player, number=0.0):
        if len(player) == 0:
            raise ValueError("empty player")
        if not isfinite(number):
            raise ValueError("not a finite number")
