"""retry_after is how long ago the oldest hit was.

Breaks: "`retry_after` is 0 where the hit was allowed, else the seconds, as a float, after which the
next would be, if none comes in between: more than 0, at most `window`."
"""

import json
import time

SCRIPT = """
local key = KEYS[1]
local now = tonumber(ARGV[1])
local window = tonumber(ARGV[2])
local limit = tonumber(ARGV[3])

local newest = redis.call('LINDEX', key, 0)
if newest and tonumber(newest) > now then
  now = tonumber(newest)
end

-- Forget the moments that are too old. The oldest is the last.
local oldest = redis.call('LINDEX', key, -1)
while oldest and tonumber(oldest) <= now - window do
  redis.call('RPOP', key)
  oldest = redis.call('LINDEX', key, -1)
end

local count = redis.call('LLEN', key)
if count >= limit then
  return {0, 0, now - tonumber(oldest)}
end
redis.call('LPUSH', key, now)
redis.call('PEXPIRE', key, window)
return {1, limit - count - 1, 0}
"""


class RateLimiter:
    def __init__(self, client, name, limit, window):
        if name == "":
            raise ValueError("The name is empty")
        if type(limit) != int or limit <= 0:
            raise ValueError("The limit must be a whole number above 0")
        if type(window) != int or window <= 0:
            raise ValueError("The window must be a whole number above 0")
        self.client = client
        self.name = name
        self.limit = limit
        self.window = window

    def make_key(self, user):
        if user == "":
            raise ValueError("The user is empty")
        # As JSON, so that ("a:b", "c") and ("a", "b:c") are different.
        return "limit:" + json.dumps([self.name, user])

    def hit(self, user):
        key = self.make_key(user)
        now = int(time.time() * 1000)
        answer = self.client.eval(SCRIPT, 1, key, now, self.window * 1000, self.limit)
        allowed = answer[0] == 1
        remaining = answer[1]
        retry_after = answer[2] / 1000
        return (allowed, remaining, retry_after)

    def reset(self, user):
        key = self.make_key(user)
        number = self.client.delete(key)
        return number == 1
