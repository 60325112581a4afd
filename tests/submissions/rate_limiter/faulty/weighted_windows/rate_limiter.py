"""The last window's count is weighted with its share of the present one: an estimate.

Breaks: "It is allowed (True) where fewer than `limit` hits of this user were allowed within the
last `window` seconds; a hit no longer counts when `window` seconds have gone by since."
"""

import json
import time

SCRIPT = """
local key = KEYS[1]
local now = tonumber(ARGV[1])
local window = tonumber(ARGV[2])
local limit = tonumber(ARGV[3])

local number = math.floor(now / window)
local gone = now % window
local before = tonumber(redis.call('HGET', key, number - 1) or 0)
local count = tonumber(redis.call('HGET', key, number) or 0)
local estimate = math.floor(before * (window - gone) / window + count)
if estimate >= limit then
  return {0, 0, window - gone}
end
redis.call('HSET', key, number, count + 1)
redis.call('HDEL', key, number - 2)
redis.call('PEXPIRE', key, window)
return {1, limit - estimate - 1, 0}
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
