"""A lock of the process makes counting and adding one step, for that process only.

Breaks: "The limit is exact, however many callers ask at once, in one process or many: of 50 hits at
the same time exactly `limit` are allowed."
Breaks: "Asks for one hit, in one round trip."
"""

import threading
import time
import uuid

LOCK = threading.Lock()

# Works in microseconds. A caller whose clock is behind counts with the newest hit.
HIT = """
local now, window, limit = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local newest = redis.call('ZREVRANGE', KEYS[1], 0, 0, 'WITHSCORES')[2]
now = math.max(now, tonumber(newest or 0))
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - window)
local used = redis.call('ZCARD', KEYS[1])
if used < limit then
  redis.call('ZADD', KEYS[1], now, ARGV[4])
  redis.call('PEXPIRE', KEYS[1], window / 1000)
  return {1, limit - used - 1, 0}
end
local oldest = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')[2]
return {0, 0, oldest + window - now}
"""


class RateLimiter:
    def __init__(self, client, name, limit, window):
        if name == "":
            raise ValueError("name is empty")
        if not isinstance(limit, int) or limit < 1:
            raise ValueError("limit must be a whole number above 0")
        if not isinstance(window, int) or window < 1:
            raise ValueError("window must be a whole number above 0")
        self.client = client
        self.name = name
        self.limit = limit
        self.window = window
        self.script = client.register_script(HIT)

    def key(self, user):
        if user == "":
            raise ValueError("user is empty")
        return f"{len(self.name)}:{self.name}:{user}"

    def hit(self, user):
        key = self.key(user)
        now = int(time.time() * 1_000_000)
        member = uuid.uuid4().hex
        window = self.window * 1_000_000
        with LOCK:
            self.client.zremrangebyscore(key, "-inf", now - window)
            hits = self.client.zrange(key, 0, -1, withscores=True)
            if len(hits) >= self.limit:
                return False, 0, (hits[0][1] + window - now) / 1_000_000
            with self.client.pipeline() as pipe:
                pipe.zadd(key, {member: now})
                pipe.expire(key, self.window)
                pipe.execute()
        return True, self.limit - len(hits) - 1, 0

    def reset(self, user):
        return bool(self.client.delete(self.key(user)))
