"""Limit and window are written into a function that all limiters load under one name.

Breaks: "At most `limit` hits of each user in any `window` seconds."
"""

import time
import uuid

LIBRARY = """#!lua name=limiter
local function hit(keys, args)
    local now, window, limit = tonumber(args[1]), %WINDOW% * 1000000, %LIMIT%
    redis.call('ZREMRANGEBYSCORE', keys[1], '-inf', now - window)
    local used = redis.call('ZCARD', keys[1])
    if used < limit then
        redis.call('ZADD', keys[1], now, args[2])
        redis.call('PEXPIRE', keys[1], window / 1000)
        return {1, limit - used - 1, 0}
    end
    local oldest = redis.call('ZRANGE', keys[1], 0, 0, 'WITHSCORES')
    return {0, 0, oldest[2] + window - now}
end
redis.register_function('limiter_hit', hit)
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
        client.function_load(
            LIBRARY.replace("%WINDOW%", str(window)).replace("%LIMIT%", str(limit)), replace=True
        )

    def key(self, user):
        if user == "":
            raise ValueError("user is empty")
        return f"{len(self.name)}:{self.name}:{user}"

    def hit(self, user):
        key = self.key(user)
        now = int(time.time() * 1_000_000)
        allowed, remaining, wait = self.client.fcall("limiter_hit", 1, key, now, uuid.uuid4().hex)
        return bool(allowed), remaining, wait / 1_000_000

    def reset(self, user):
        return bool(self.client.delete(self.key(user)))
