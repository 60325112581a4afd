"""Making an object forgets what other objects of that name have counted.

Breaks: "All state lives on the server: two objects made with the same arguments, in two processes,
see the same data."
"""

import time
import uuid

HIT = """
local now, window, limit = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local newest = redis.call('ZRANGE', KEYS[1], -1, -1, 'WITHSCORES')
if newest[2] then
    now = math.max(now, tonumber(newest[2]))
end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - window)
local used = redis.call('ZCARD', KEYS[1])
if used < limit then
    redis.call('ZADD', KEYS[1], now, ARGV[4])
    redis.call('PEXPIRE', KEYS[1], window / 1000)
    return {1, limit - used - 1, 0}
end
local oldest = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')
return {0, 0, oldest[2] + window - now}
"""


class RateLimiter:
    def __init__(self, client, name, limit, window):
        if name == "":
            raise ValueError("name is empty")
        for number in (limit, window):
            if not isinstance(number, int) or number < 1:
                raise ValueError("limit and window must be whole numbers above 0")
        self.client = client
        self.name = name
        self.limit = limit
        self.window = window
        for key in client.scan_iter(match=f"{len(name)}:{name}:*"):
            client.delete(key)
        self.script = client.register_script(HIT)

    def key(self, user):
        if user == "":
            raise ValueError("user is empty")
        return f"{len(self.name)}:{self.name}:{user}"

    def hit(self, user):
        key = self.key(user)
        now = int(time.time() * 1_000_000)
        allowed, remaining, wait = self.script(
            keys=[key], args=[now, self.window * 1_000_000, self.limit, uuid.uuid4().hex]
        )
        return bool(allowed), remaining, wait / 1_000_000

    def reset(self, user):
        return bool(self.client.delete(self.key(user)))
