"""A leaderboard with a helper set for each score: the players who share it, in the order of their bytes."""

import math

# KEYS: the board. ARGV: the player, the new score or what is added, how, the time-to-live or ''.
# The players of a score lie in a sorted set of their own, all with 0, so that bytes alone order them.
CHANGE = """
local board, player, number, how, ttl = KEYS[1], ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local old = redis.call('ZSCORE', board, player)
local changed
if how == 'remove' then
    changed = redis.call('ZREM', board, player)
elseif how == 'add' then
    redis.call('ZINCRBY', board, number, player)
    changed = 1
else
    changed = redis.call('ZADD', board, 'GT', 'CH', number, player)
end
local new = redis.call('ZSCORE', board, player)
if old ~= new then
    if old then
        redis.call('ZREM', board .. '|' .. old, player)
    end
    if new then
        redis.call('ZADD', board .. '|' .. new, 0, player)
    end
end
if ttl ~= '' and new then
    redis.call('EXPIRE', board, ttl, 'NX')
    redis.call('PEXPIREAT', board .. '|' .. new, redis.call('PEXPIRETIME', board))
end
return {changed, new}
"""

WINDOW = """
local function window(board, first, last)
    local scores = redis.call('ZREVRANGE', board, first, last, 'WITHSCORES')
    local entries, better, i = {}, nil, 2
    while i <= #scores do
        local score, length = scores[i], 1
        while scores[i + 2 * length] == score do
            length = length + 1
        end
        better = redis.call('ZCOUNT', board, '(' .. score, '+inf')
        local skipped = math.max(first - better, 0)
        local players = redis.call('ZRANGE', board .. '|' .. score, skipped, skipped + length - 1)
        for _, player in ipairs(players) do
            entries[#entries + 1] = {better + 1, player, score}
        end
        i = i + 2 * length
    end
    return entries
end
"""

TOP = WINDOW + "return window(KEYS[1], 0, tonumber(ARGV[1]) - 1)"

AROUND = (
    WINDOW
    + """
local score = redis.call('ZSCORE', KEYS[1], ARGV[1])
if not score then
    return {}
end
local place = redis.call('ZCOUNT', KEYS[1], '(' .. score, '+inf')
    + redis.call('ZRANK', KEYS[1] .. '|' .. score, ARGV[1])
return window(KEYS[1], math.max(place - ARGV[2], 0), place + ARGV[2])
"""
)

BETWEEN = (
    WINDOW
    + """
local found = redis.call('ZCOUNT', KEYS[1], ARGV[1], ARGV[2])
if found == 0 then
    return {}
end
local first = redis.call('ZCOUNT', KEYS[1], '(' .. ARGV[2], '+inf')
return window(KEYS[1], first, first + found - 1)
"""
)


class Leaderboard:
    def __init__(self, client, name, ttl=None):
        if not name:
            raise ValueError("the name is empty")
        if ttl is not None and (ttl < 1 or int(ttl) != ttl):
            raise ValueError("the ttl is no whole number above 0")
        self.client = client
        # The length in front keeps one board's helper keys off every other board.
        self.keys = [f"board:{len(name)}:{name}"]
        self.ttl = "" if ttl is None else int(ttl)
        self.scripts = {
            what: client.register_script(text)
            for what, text in (("change", CHANGE), ("top", TOP), ("around", AROUND), ("between", BETWEEN))
        }

    def change(self, player, number, how):
        return self.scripts["change"](self.keys, [player, number, how, self.ttl])

    def submit(self, player, score):
        check(player, score)
        return self.change(player, score + 0.0, "submit")[0] == 1  # + 0.0: -0.0 and 0.0 are one score

    def add(self, player, points):
        check(player, points)
        return float(self.change(player, points + 0.0, "add")[1])

    def remove(self, player):
        check(player)
        return self.change(player, 0, "remove")[0] == 1

    def score(self, player):
        check(player)
        return self.client.zscore(self.keys[0], player)

    def rank(self, player):
        own = self.score(player)
        if own is None:
            return None
        return self.client.zcount(self.keys[0], f"({own!r}", "+inf") + 1

    def top(self, n=10):
        if n < 1:
            raise ValueError("n is below 1")
        return entries(self.scripts["top"](self.keys, [n]))

    def around(self, player, radius=2):
        check(player)
        if radius < 0:
            raise ValueError("the radius is below 0")
        return entries(self.scripts["around"](self.keys, [player, radius]))

    def between(self, low, high):
        return entries(self.scripts["between"](self.keys, [low, high]))

    def size(self):
        return self.client.zcard(self.keys[0])


def entries(rows):
    return [(rank, player, float(score)) for rank, player, score in rows]


def check(player, number=0.0):
    if not player:
        raise ValueError("the player is empty")
    if not math.isfinite(number):
        raise ValueError("the number is not finite")
