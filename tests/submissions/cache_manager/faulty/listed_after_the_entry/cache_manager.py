"""set writes the entry, and then its key on the list of all keys: a crash in between leaves one that invalidate never finds."""

import fnmatch
import json
import re
import time
import uuid

# The index outlives every entry in it by a long way, and forgets those that are over.
PUT = """
local now = redis.call('TIME')
local ms = now[1] * 1000 + math.floor(now[2] / 1000)
local longest = 90 * 86400 * 1000
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', ms - longest)
for i = 3, #ARGV, 2 do
  redis.call('SET', ARGV[1] .. ARGV[i], ARGV[i + 1], 'PX', ARGV[2])
  redis.call('ZADD', KEYS[1], ms + ARGV[2], ARGV[i])
end
redis.call('PEXPIRE', KEYS[1], longest * 2)
"""


ADD = """
local now = tonumber(redis.call('TIME')[1])
redis.call('ZADD', KEYS[1], now, ARGV[1])
redis.call('EXPIRE', KEYS[1], 20 * 365 * 86400)
"""


class CacheManager:
    def __init__(self, client, namespace="cache", default_ttl=300):
        if not re.fullmatch("[A-Za-z0-9_-]+", namespace):
            raise ValueError(f"a namespace cannot be {namespace!r}")
        self.client = client
        self.namespace = namespace
        self.default_ttl = self._check(default_ttl)
        self.put = client.register_script(PUT)

    @staticmethod
    def _check(ttl):
        if not isinstance(ttl, int) or ttl < 1:
            raise ValueError(f"a time-to-live cannot be {ttl!r}")
        return ttl

    def _seconds(self, ttl):
        return self.default_ttl if ttl is None else self._check(ttl)

    def _name(self, key, kind="v"):
        if not key:
            raise ValueError("a key cannot be empty")
        return f"{self.namespace}:{kind}:{key}"

    def set(self, key, value, ttl=None):
        self.set_many({key: value}, ttl)

    def get(self, key, default=None):
        return self.get_many([key]).get(key, default)

    def delete(self, key):
        return self.client.unlink(self._name(key)) > 0

    def exists(self, key):
        return self.client.exists(self._name(key)) > 0

    def ttl(self, key):
        left = self.client.pttl(self._name(key))
        return None if left < 0 else left // 1000

    def touch(self, key, ttl=None):
        return bool(self.client.expire(self._name(key), self._seconds(ttl)))

    def get_many(self, keys):
        keys = list(keys)
        names = [self._name(key) for key in keys]
        if not keys:
            return {}
        return {key: json.loads(text) for key, text in zip(keys, self.client.mget(names)) if text is not None}

    def set_many(self, mapping, ttl=None):
        ttl = self._seconds(ttl)
        texts = {self._name(key): json.dumps(value) for key, value in mapping.items()}
        if texts:
            with self.client.pipeline(transaction=False) as pipe:
                for name, text in texts.items():
                    pipe.set(name, text, ex=ttl)
                pipe.execute()

    def invalidate(self, pattern):
        index = f"{self.namespace}:index"
        keys = [key for key in self.client.zrange(index, 0, -1) if fnmatch.fnmatchcase(key, pattern)]
        count = 0
        for start in range(0, len(keys), 500):
            some = keys[start : start + 500]
            count += self.client.delete(*map(self._name, some))
        return count

    def set_many(self, mapping, ttl=None):
        ttl = self._seconds(ttl)
        texts = {key: json.dumps(value) for key, value in mapping.items()}
        for key in texts:
            self._name(key)
        if texts:
            with self.client.pipeline(transaction=False) as pipe:
                for key, text in texts.items():
                    pipe.set(self._name(key), text, ex=ttl)
                for key in texts:
                    pipe.eval(ADD, 1, f"{self.namespace}:index", key)
                pipe.execute()

    def get_or_compute(self, key, compute, ttl=None):
        self._seconds(ttl)
        lock = self._name(key, "lock")
        nothing = object()
        token = uuid.uuid4().hex
        while True:
            value = self.get(key, nothing)
            if value is not nothing:
                return value
            if self.client.set(lock, token, px=8900, nx=True):
                break
            time.sleep(0.15)
        try:
            value = self.get(key, nothing)
            if value is nothing:
                value = compute()
                self.set(key, value, ttl)
            return value
        finally:
            self.client.eval(
                "if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end", 1, lock, token
            )
