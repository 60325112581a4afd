"""Moments as floats in seconds; what a script gives back as a fraction travels as text."""

import time
import uuid
from collections import namedtuple

Answer = namedtuple("Answer", "allowed remaining retry_after")

HIT = """
local key, member = KEYS[1], ARGV[4]
local now, window, limit = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
redis.call('ZREMRANGEBYSCORE', key, 0, string.format('%.17g', now - window))
local used = redis.call('ZCARD', key)
if used < limit then
  redis.call('ZADD', key, ARGV[1], member)
  redis.call('EXPIRE', key, window)
  return {1, limit - used - 1, '0'}
end
local first = redis.call('ZRANGE', key, 0, 0, 'WITHSCORES')[2]
return {0, 0, string.format('%.6f', first + window - now)}
"""


class RateLimiter:
    def __init__(self, client, name, limit, window):
        if not name:
            raise ValueError("A limiter has a name.")
        for value in (limit, window):
            if value != int(value) or value < 1:
                raise ValueError(f"{value} is no whole number above 0.")
        self.script = client.register_script(HIT)
        self.client = client
        self.limit, self.window = limit, window
        self.name = name.replace("%", "%25").replace(":", "%3A")

    def _key(self, user):
        if not user:
            raise ValueError("A user has a name.")
        return "hits:" + self.name + ":" + user

    def hit(self, user):
        arguments = [repr(time.time()), self.window, self.limit, str(uuid.uuid4())]
        allowed, remaining, wait = self.script(keys=[self._key(user)], args=arguments)
        return Answer(allowed, remaining, float(wait))

    def reset(self, user):
        return self.client.delete(self._key(user))
