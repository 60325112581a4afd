"""A stream for each user: the id of an entry is the moment of an allowed hit."""

import time
from urllib.parse import quote_plus

HIT = """
local now, window, limit = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local last = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)[1]
if last then
  now = math.max(now, tonumber(string.match(last[1], '^%d+')))
end
redis.call('XTRIM', KEYS[1], 'MINID', '=', string.format('%.0f', now - window + 1))
local used = redis.call('XLEN', KEYS[1])
if used < limit then
  redis.call('XADD', KEYS[1], string.format('%.0f-*', now), 'h', '')
  redis.call('PEXPIRE', KEYS[1], window)
  return {1, limit - used - 1, 0}
end
local oldest = redis.call('XRANGE', KEYS[1], '-', '+', 'COUNT', 1)[1][1]
return {0, 0, tonumber(string.match(oldest, '^%d+')) + window - now}
"""


class RateLimiter:
    def __init__(self, client, name, limit, window):
        match limit, window:
            case int(), int() if limit > 0 < window:
                pass
            case _:
                raise ValueError("limit and window: whole numbers above 0, please")
        self._prefix = "rl/" + self._part(name) + "/"
        self._numbers = window * 1000, limit
        self._run = client.register_script(HIT)
        self._client = client

    @staticmethod
    def _part(text):
        if len(text) == 0:
            raise ValueError("this must not be empty")
        return quote_plus(text)

    def hit(self, user):
        key = self._prefix + self._part(user)
        ok, remaining, wait = self._run([key], [time.time_ns() // 1_000_000, *self._numbers])
        return ok == 1, remaining, wait / 1000

    def reset(self, user):
        return self._client.unlink(self._prefix + self._part(user)) == 1
