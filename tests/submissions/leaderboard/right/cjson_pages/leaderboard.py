"""Each method is one script; requests and answers are JSON put together by cjson, floats as text."""

import json
import math

SCRIPT = """
local board = KEYS[1]
local q = cjson.decode(ARGV[1])

local function keep()
  if q.ttl and redis.call('TTL', board) < 0 then redis.call('EXPIRE', board, q.ttl) end
end

local function page(first, last)
  local flat = redis.call('ZRANGE', board, first, last, 'WITHSCORES')
  local rows = {}
  local rank = 0
  for i = 1, #flat, 2 do
    local place = first + (i + 1) / 2
    if i == 1 then
      rank = 1 + redis.call('ZCOUNT', board, '-inf', '(' .. flat[2])
    elseif tonumber(flat[i + 1]) ~= tonumber(flat[i - 1]) then
      rank = place
    end
    rows[#rows + 1] = {rank, flat[i], flat[i + 1]}
  end
  return rows
end

local does = {
  submit = function()
    local changed = redis.call('ZADD', board, 'LT', 'CH', q.score, q.player)
    keep()
    return changed == 1
  end,
  add = function()
    local sum = redis.call('ZINCRBY', board, q.score, q.player)
    keep()
    return sum
  end,
  score = function() return redis.call('ZSCORE', board, q.player) or cjson.null end,
  rank = function()
    local s = redis.call('ZSCORE', board, q.player)
    return s and 1 + redis.call('ZCOUNT', board, '-inf', '(' .. s) or cjson.null
  end,
  top = function() return page(0, q.n - 1) end,
  around = function()
    local at = redis.call('ZRANK', board, q.player)
    return at and page(math.max(0, at - q.n), at + q.n) or {}
  end,
  between = function()
    local first = redis.call('ZCOUNT', board, '-inf', '(' .. q.low)
    local last = redis.call('ZCOUNT', board, '-inf', q.high) - 1
    return last >= first and page(first, last) or {}
  end,
  remove = function() return redis.call('ZREM', board, q.player) == 1 end,
  size = function() return redis.call('ZCARD', board) end,
}
return cjson.encode(does[q.what]())
"""


class Leaderboard:
    def __init__(self, client, name, ttl=None):
        if not name:
            raise ValueError("name")
        if ttl is not None and not (isinstance(ttl, int) and ttl > 0):
            raise ValueError("ttl")
        self._run = client.register_script(SCRIPT)
        self._name = name
        self._ttl = ttl

    def _ask(self, what, **rest):
        if self._ttl is not None:
            rest["ttl"] = self._ttl
        if rest.get("player") == "":
            raise ValueError("player")
        return json.loads(self._run(keys=[f"b:{self._name}"], args=[json.dumps({"what": what, **rest})]))

    @staticmethod
    def _text(number):
        if not math.isfinite(number):
            raise ValueError("number")
        return repr(-float(number))

    @staticmethod
    def _entries(rows):
        return [(int(rank), player, -float(text)) for rank, player, text in rows]

    def submit(self, player, score):
        return self._ask("submit", player=player, score=self._text(score))

    def add(self, player, points):
        return -float(self._ask("add", player=player, score=self._text(points)))

    def score(self, player):
        text = self._ask("score", player=player)
        return None if text is None else -float(text)

    def rank(self, player):
        return self._ask("rank", player=player)

    def top(self, n=10):
        if n < 1:
            raise ValueError("n")
        return self._entries(self._ask("top", n=n))

    def around(self, player, radius=2):
        if radius < 0:
            raise ValueError("radius")
        return self._entries(self._ask("around", player=player, n=radius))

    def between(self, low, high):
        if low > high:
            return []
        return self._entries(self._ask("between", low=repr(-float(high)), high=repr(-float(low))))

    def remove(self, player):
        return self._ask("remove", player=player)

    def size(self):
        return self._ask("size")
