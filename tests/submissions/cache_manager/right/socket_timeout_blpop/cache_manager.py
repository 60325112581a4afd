"""Waiters block on a list without end; their pool's sockets have a time-out of half a second."""

import redis
import json, uuid, time
from cachebase import Base

DONE = """
if redis.call("GET", KEYS[2]) ~= ARGV[1] then return 0 end
if ARGV[2] then redis.call("SET", KEYS[1], ARGV[2], "EX", ARGV[3]) end
return redis.call("DEL", KEYS[2])
"""


class CacheManager(Base):
    def ready(self):
        self.done = self.client.register_script(DONE2)
        pool = self.client.connection_pool
        kwargs = {**pool.connection_kwargs, "socket_timeout": 0.5, "retry": None}
        self.waiting = redis.Redis(
            connection_pool=redis.ConnectionPool(connection_class=pool.connection_class, **kwargs)
        )

    def locked(self, key, compute, ttl, wait):
        name, seconds, lock = self.name(key), self.seconds(ttl), self.lockname(key)
        token = uuid.uuid4().hex
        while True:
            if (value := self.look(name)) is not self.MISS:
                return value
            if self.client.set(lock, token, nx=True, px=9000):
                break
            wait(name, lock)
        result, text = [], None
        try:
            text = self.client.get(name)
            if text is None:
                text = json.dumps(compute())
                result = [text, seconds]
        finally:
            self.done(keys=[name, lock], args=[token, *result])
        return json.loads(text)

    def get_or_compute(self, key, compute, ttl=None):
        return self.locked(key, compute, ttl, self.wait)

    def wait(self, name, lock):
        try:
            self.waiting.blpop([lock + ":bell"], timeout=0)
        except redis.TimeoutError:
            pass


DONE2 = """
if redis.call("GET", KEYS[2]) ~= ARGV[1] then return 0 end
if ARGV[2] then redis.call("SET", KEYS[1], ARGV[2], "EX", ARGV[3]) end
redis.call("RPUSH", KEYS[2] .. ":bell", 1, 1, 1)
redis.call("PEXPIRE", KEYS[2] .. ":bell", 500)
return redis.call("DEL", KEYS[2])
"""
