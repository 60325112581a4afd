"""Entries come from a script as text joined by two bars, which a name may hold too.

Breaks: "Names and strings are any text that UTF-8 can encode"
"""

import math

SUBMIT = """
local changed = redis.call('ZADD', KEYS[1], 'GT', 'CH', ARGV[2], ARGV[1])
if ARGV[3] ~= '' and redis.call('TTL', KEYS[1]) == -1 then
    redis.call('EXPIRE', KEYS[1], ARGV[3])
end
return changed
"""

ADD = """
local total = redis.call('ZINCRBY', KEYS[1], ARGV[2], ARGV[1])
if ARGV[3] ~= '' and redis.call('TTL', KEYS[1]) == -1 then
    redis.call('EXPIRE', KEYS[1], ARGV[3])
end
return total
"""

# ZREVRANGE has the right score at each place, but equals the wrong way round:
# so the scores come from it, and the players of each run of equals from ZRANGE.
WINDOW = """
local function window(key, first, last)
    local rows = redis.call('ZREVRANGE', key, first, last, 'WITHSCORES')
    local entries = {}
    local i = 2
    while i <= #rows do
        local score, run = rows[i], 1
        while rows[i + 2 * run] == score do
            run = run + 1
        end
        local better = redis.call('ZCOUNT', key, '(' .. score, '+inf')
        local worse = redis.call('ZCOUNT', key, '-inf', '(' .. score)
        local from = worse + first + (i - 2) / 2 - better
        for _, player in ipairs(redis.call('ZRANGE', key, from, from + run - 1)) do
            entries[#entries + 1] = {better + 1, player, score}
        end
        i = i + 2 * run
    end
    local out = {}
    for i, e in ipairs(entries) do out[i] = e[1] .. '||' .. e[2] .. '||' .. e[3] end
    return out
end
"""

TOP = WINDOW + "return window(KEYS[1], 0, ARGV[1] - 1)"

AROUND = (
    WINDOW
    + """
local score = redis.call('ZSCORE', KEYS[1], ARGV[1])
if not score then
    return {}
end
local better = redis.call('ZCOUNT', KEYS[1], '(' .. score, '+inf')
local worse = redis.call('ZCOUNT', KEYS[1], '-inf', '(' .. score)
local place = better + redis.call('ZRANK', KEYS[1], ARGV[1]) - worse
local radius = tonumber(ARGV[2])
return window(KEYS[1], math.max(place - radius, 0), place + radius)
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

RANK = """
local score = redis.call('ZSCORE', KEYS[1], ARGV[1])
return score and redis.call('ZCOUNT', KEYS[1], '(' .. score, '+inf') + 1
"""


class Leaderboard:
    def __init__(self, client, name, ttl=None):
        self._require_name(name)
        if ttl is not None and (not isinstance(ttl, int) or ttl < 1):
            raise ValueError(f"ttl must be a positive whole number, not {ttl!r}")
        self._client = client
        self._keys = [f"lb:{name}"]
        self._ttl = "" if ttl is None else ttl
        self._submit = client.register_script(SUBMIT)
        self._add = client.register_script(ADD)
        self._top = client.register_script(TOP)
        self._around = client.register_script(AROUND)
        self._between = client.register_script(BETWEEN)
        self._rank = client.register_script(RANK)

    def submit(self, player, score):
        self._require_name(player)
        self._require_finite(score)
        return bool(self._submit(keys=self._keys, args=[player, score, self._ttl]))

    def add(self, player, points):
        self._require_name(player)
        self._require_finite(points)
        return float(self._add(keys=self._keys, args=[player, points, self._ttl]))

    def score(self, player):
        self._require_name(player)
        return self._client.zscore(self._keys[0], player)

    def rank(self, player):
        self._require_name(player)
        return self._rank(keys=self._keys, args=[player])

    def top(self, n=10):
        if n < 1:
            raise ValueError("n must be at least 1")
        return self._entries(self._top(keys=self._keys, args=[n]))

    def around(self, player, radius=2):
        self._require_name(player)
        if radius < 0:
            raise ValueError("radius must be at least 0")
        return self._entries(self._around(keys=self._keys, args=[player, radius]))

    def between(self, low, high):
        return self._entries(self._between(keys=self._keys, args=[low, high]))

    def remove(self, player):
        self._require_name(player)
        return bool(self._client.zrem(self._keys[0], player))

    def size(self):
        return self._client.zcard(self._keys[0])

    @staticmethod
    def _entries(rows):
        parts = [row.split("||") for row in rows]
        return [(int(part[0]), part[1], float(part[2])) for part in parts]

    @staticmethod
    def _require_name(name):
        if name == "":
            raise ValueError("a name must not be empty")

    @staticmethod
    def _require_finite(number):
        if math.isnan(number) or math.isinf(number):
            raise ValueError(f"{number} is not a finite number")
