"""A counter starts anew with each window, so twice the limit fits around its edge.

Breaks: "It is allowed (True) where fewer than `limit` hits of this user were allowed within the
last `window` seconds; a hit no longer counts when `window` seconds have gone by since."
"""

import json

SCRIPT = """
local key = KEYS[1]
local window = tonumber(ARGV[1])
local limit = tonumber(ARGV[2])

local count = tonumber(redis.call('GET', key) or 0)
if count >= limit then
  return {0, 0, redis.call('PTTL', key)}
end
if count == 0 then
  redis.call('SET', key, 1, 'PX', window)
else
  redis.call('INCR', key)
end
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
        answer = self.client.eval(SCRIPT, 1, key, self.window * 1000, self.limit)
        allowed = answer[0] == 1
        remaining = answer[1]
        retry_after = answer[2] / 1000
        return (allowed, remaining, retry_after)

    def reset(self, user):
        key = self.make_key(user)
        number = self.client.delete(key)
        return number == 1
