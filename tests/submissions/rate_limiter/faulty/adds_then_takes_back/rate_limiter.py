"""A hit is added first and taken back where it was too much, and counts for others meanwhile.

Breaks: "A refused hit counts for nothing: asking again and again while refused does not put off the
moment from which a hit is allowed."
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
        member = uuid.uuid4().hex
        with self.client.pipeline() as pipe:
            pipe.zremrangebyscore(key, "-inf", now - window)
            pipe.zadd(key, {member: now})
            pipe.zrange(key, 0, -1, withscores=True)
            pipe.expire(key, self.window)
            hits = pipe.execute()[2]
        if len(hits) > self.limit:
            self.client.zrem(key, member)
            return False, 0, (hits[0][1] + window - now) / 1_000_000
        return True, self.limit - len(hits), 0

    def reset(self, user):
        return bool(self.client.delete(self.key(user)))
