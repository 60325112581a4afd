"""Users are stripped of the white space around them.

Breaks: "used as they are: no trimming, no change of case, no normalising."
"""

import json

HIT = """
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local window, limit = tonumber(ARGV[1]) * 1000000, tonumber(ARGV[2])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - window)
local oldest = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')[2]
local used = redis.call('ZCARD', KEYS[1])
if used >= limit then
  return {0, 0, oldest + window - now}
end
-- Two hits of one microsecond need two members.
local member = string.format('%.0f', now)
while redis.call('ZSCORE', KEYS[1], member) do
  member = member .. '+'
end
redis.call('ZADD', KEYS[1], now, member)
redis.call('EXPIRE', KEYS[1], ARGV[1])
return {1, limit - used - 1, 0}
"""


class RateLimiter:
    def __init__(self, client, name, limit, window):
        if not name:
            raise ValueError("the name is empty")
        if type(limit) is not int or type(window) is not int or limit < 1 or window < 1:
            raise ValueError("limit and window must be whole numbers above 0")
        self.name = name
        self.limit = limit
        self.window = window
        self.client = client
        self.script = client.register_script(HIT)

    def key(self, user):
        if not user:
            raise ValueError("the user is empty")
        return json.dumps([self.name, user.strip() or user])

    def hit(self, user):
        allowed, remaining, wait = self.script([self.key(user)], [self.window, self.limit])
        return bool(allowed), remaining, wait / 1_000_000

    def reset(self, user):
        return self.client.delete(self.key(user)) == 1
