"""A stream for each user, whose entries the server numbers by its own clock: those before the window are trimmed."""

HIT = """
local window, limit = tonumber(ARGV[1]), tonumber(ARGV[2])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('XTRIM', KEYS[1], 'MINID', string.format('%.0f', now - window + 1))
local used = redis.call('XLEN', KEYS[1])
if used < limit then
  redis.call('XADD', KEYS[1], '*', 'hit', 1)
  redis.call('PEXPIRE', KEYS[1], window)
  return {1, limit - used - 1, 0}
end
local oldest = redis.call('XRANGE', KEYS[1], '-', '+', 'COUNT', 1)[1][1]
return {0, 0, tonumber(string.match(oldest, '^%d+')) + window - now}
"""


class RateLimiter:
    def __init__(self, client, name, limit, window):
        if not name or type(limit) is not int or type(window) is not int or limit < 1 or window < 1:
            raise ValueError("a name, and two whole numbers above 0")
        self.prefix = f"rate:{len(name)}:{name}:"
        self.limit, self.window = limit, window
        self.client = client
        self.script = client.register_script(HIT)

    def hit(self, user):
        if not user:
            raise ValueError("a user has a name")
        allowed, remaining, wait = self.script(
            keys=[self.prefix + user], args=[self.window * 1000, self.limit]
        )
        return bool(allowed), remaining, wait / 1000

    def reset(self, user):
        if not user:
            raise ValueError("a user has a name")
        return self.client.delete(self.prefix + user) == 1
