"""A transaction of a few commands; only counting and adding are a script."""

import time
import uuid


def _check(limit, window):
    for number in (limit, window):
        if type(number) is not int or number <= 0:
            raise ValueError(number)


def _text(name):
    if name == "":
        raise ValueError("empty")
    return name


ADD = """
if redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[1]) then return 0 end
redis.call('ZADD', KEYS[1], ARGV[2], ARGV[3])
return redis.call('PEXPIRE', KEYS[1], ARGV[4])
"""


class RateLimiter:
    def __init__(self, client, name, limit, window):
        _check(limit, window)
        self.client, self.name, self.limit, self.window = client, _text(name), limit, window

    def key(self, user):
        return f"{self.name.replace('%', '%25').replace('|', '%7c')}|{_text(user)}"

    def hit(self, user):
        key, now = self.key(user), time.time()
        with self.client.pipeline(transaction=True) as pipe:
            pipe.zremrangebyscore(key, "-inf", now - self.window)
            pipe.eval(ADD, 1, key, self.limit, repr(now), uuid.uuid4().hex, self.window * 1000)
            pipe.zcard(key)
            pipe.zrange(key, 0, 0, withscores=True)
            _, added, n, first = pipe.execute()
        if added:
            return True, self.limit - n, 0
        return False, 0, max(0.001, min(first[0][1] + self.window - now, self.window))

    def reset(self, user):
        key = self.key(user)
        with self.client.pipeline() as pipe:
            pipe.zcount(key, f"({time.time() - self.window}", "+inf")
            pipe.delete(key)
            return pipe.execute()[0] > 0
