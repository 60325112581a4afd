"""Small batches go in one plain command, large ones through scripts that are first used by the first of them."""

import json
import re
import time
import uuid

GET_LARGE = """
local found = {}
for i, name in ipairs(KEYS) do found[i] = redis.call('GET', name) end
return found
"""
SET_LARGE = "for i, name in ipairs(KEYS) do redis.call('SET', name, ARGV[i + 1], 'EX', ARGV[1]) end"
UNLOCK = "if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end"
LARGE = 500


class CacheManager:
    def __init__(self, client, namespace="cache", default_ttl=300):
        if not re.fullmatch("[a-z0-9A-Z_-]+", namespace):
            raise ValueError("namespace")
        self.client, self.space, self.default_ttl = client, namespace, 1
        self.default_ttl = self.ttl_of(default_ttl)
        self.get_large = client.register_script(GET_LARGE)
        self.set_large = client.register_script(SET_LARGE)
        self.unlock = client.register_script(UNLOCK)

    def name_of(self, key):
        if len(key) == 0:
            raise ValueError("key")
        return f"{self.space}::{key}"

    def ttl_of(self, ttl):
        if ttl is None:
            return self.default_ttl
        if type(ttl) is not int or ttl <= 0:
            raise ValueError("ttl")
        return ttl

    def set(self, key, value, ttl=None):
        self.client.psetex(self.name_of(key), 1000 * self.ttl_of(ttl), json.dumps(value))

    def get(self, key, default=None):
        text = self.client.get(self.name_of(key))
        return default if text is None else json.loads(text)

    def delete(self, key):
        return bool(self.client.unlink(self.name_of(key)))

    def exists(self, key):
        return bool(self.client.exists(self.name_of(key)))

    def ttl(self, key):
        left = self.client.ttl(self.name_of(key))
        return None if left < 0 else left

    def touch(self, key, ttl=None):
        return bool(self.client.expire(self.name_of(key), self.ttl_of(ttl)))

    def get_many(self, keys):
        keys = [*keys]
        names = [*map(self.name_of, keys)]
        if not names:
            return {}
        texts = self.get_large(names) if len(names) > LARGE else self.client.mget(names)
        return {key: json.loads(text) for key, text in zip(keys, texts) if text is not None}

    def set_many(self, mapping, ttl=None):
        seconds = self.ttl_of(ttl)
        pairs = [(self.name_of(key), json.dumps(value)) for key, value in mapping.items()]
        if len(pairs) > LARGE:
            self.set_large([name for name, _ in pairs], [seconds, *(text for _, text in pairs)])
        elif pairs:
            with self.client.pipeline() as pipe:
                for name, text in pairs:
                    pipe.setex(name, seconds, text)
                pipe.execute()

    def get_or_compute(self, key, compute, ttl=None):
        name, seconds = self.name_of(key), self.ttl_of(ttl)
        lock, token = f"{self.space};;{key}", uuid.uuid4().hex
        while True:
            if (text := self.client.get(name)) is not None:
                return json.loads(text)
            if self.client.set(lock, token, px=8500, nx=True):
                break
            time.sleep(0.25)
        try:
            if (text := self.client.get(name)) is not None:
                return json.loads(text)
            value = compute()
            self.set(key, value, seconds)
            return value
        finally:
            self.unlock([lock], [token])

    def invalidate(self, pattern):
        found = [*self.client.scan_iter(self.name_of(pattern), count=1000)] if pattern else []
        return self.client.delete(*found) if found else 0
