"""All leases of a namespace lie in one sorted set, each with the moment of its end by the server's clock."""

import json
import re
import time
import uuid
import zlib
from base64 import b85decode, b85encode

NOW = """
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
"""
CLAIM = (
    NOW
    + """
local text = redis.call('GET', KEYS[1])
if text then return text end
local ends = redis.call('ZSCORE', KEYS[2], ARGV[1])
if ends and tonumber(ends) > now then return 0 end
redis.call('ZADD', KEYS[2], now + 8800, ARGV[1])
redis.call('HSET', KEYS[3], ARGV[1], ARGV[2])
redis.call('EXPIRE', KEYS[2], 3600)
redis.call('EXPIRE', KEYS[3], 3600)
return 1
"""
)
RELEASE = """
if redis.call('HGET', KEYS[2], ARGV[1]) == ARGV[2] then
  redis.call('HDEL', KEYS[2], ARGV[1])
  redis.call('ZREM', KEYS[1], ARGV[1])
end
"""


def pack(value):
    return b85encode(zlib.compress(json.dumps(value).encode())).decode()


def unpack(text):
    return json.loads(zlib.decompress(b85decode(text)))


class CacheManager:
    def __init__(self, client, namespace="cache", default_ttl=300):
        if not re.fullmatch("[A-Za-z0-9_-]+", namespace):
            raise ValueError("namespace")
        self.client, self.prefix = client, f"entries,{namespace},"
        self.leases, self.owners = f"leases,{namespace}", f"owners,{namespace}"
        self.default_ttl = default_ttl
        self._ttl(None)
        self.claim, self.release = client.register_script(CLAIM), client.register_script(RELEASE)

    def _ttl(self, ttl):
        ttl = self.default_ttl if ttl is None else ttl
        if ttl <= 0 or not float(ttl).is_integer():
            raise ValueError("ttl")
        return int(ttl)

    def _name(self, key):
        if not key:
            raise ValueError("key")
        return self.prefix + key

    def set(self, key, value, ttl=None):
        self.client.set(self._name(key), pack(value), ex=self._ttl(ttl))

    def get(self, key, default=None):
        text = self.client.get(self._name(key))
        return default if text is None else unpack(text)

    def delete(self, key):
        return bool(self.client.delete(self._name(key)))

    def exists(self, key):
        return bool(self.client.exists(self._name(key)))

    def ttl(self, key):
        left = self.client.ttl(self._name(key))
        return None if left < 0 else left

    def touch(self, key, ttl=None):
        return bool(self.client.expire(self._name(key), self._ttl(ttl)))

    def get_many(self, keys):
        keys = list(keys)
        texts = self.client.mget(map(self._name, keys)) if keys else []
        return {key: unpack(text) for key, text in zip(keys, texts) if text is not None}

    def set_many(self, mapping, ttl=None):
        seconds = self._ttl(ttl)
        texts = {self._name(key): pack(value) for key, value in mapping.items()}
        pipe = self.client.pipeline(transaction=False)
        for name, text in texts.items():
            pipe.set(name, text, ex=seconds)
        pipe.execute()

    def get_or_compute(self, key, compute, ttl=None):
        name, seconds, token = self._name(key), self._ttl(ttl), uuid.uuid4().hex
        while (answer := self.claim([name, self.leases, self.owners], [key, token])) == 0:
            time.sleep(0.1)
        if answer != 1:
            return unpack(answer)
        try:
            value = compute()
            self.client.set(name, pack(value), ex=seconds)
            return value
        finally:
            self.release([self.leases, self.owners], [key, token])

    def invalidate(self, pattern):
        if not pattern:
            return 0
        gone = 0
        for name in self.client.scan_iter(self.prefix + pattern, count=1000):
            gone += self.client.delete(name)
        return gone
