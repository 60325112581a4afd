"""The hits are counted in one step and the new one is added in another.

Breaks: "The limit is exact, however many callers ask at once, in one process or many: of 50 hits at
the same time exactly `limit` are allowed."
Breaks: "Asks for one hit, in one round trip."
"""

import time
import uuid


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

    def key(self, user):
        if user == "":
            raise ValueError("user is empty")
        return f"{len(self.name)}:{self.name}:{user}"

    def hit(self, user):
        key = self.key(user)
        now = int(time.time() * 1_000_000)
        window = self.window * 1_000_000
        with self.client.pipeline() as pipe:
            pipe.zremrangebyscore(key, "-inf", now - window)
            pipe.zrange(key, 0, -1, withscores=True)
            hits = pipe.execute()[1]
        if len(hits) >= self.limit:
            return False, 0, (hits[0][1] + window - now) / 1_000_000
        with self.client.pipeline() as pipe:
            pipe.zadd(key, {uuid.uuid4().hex: now})
            pipe.expire(key, self.window)
            pipe.execute()
        return True, self.limit - len(hits) - 1, 0

    def reset(self, user):
        return bool(self.client.delete(self.key(user)))
