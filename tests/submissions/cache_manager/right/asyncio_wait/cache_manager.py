"""Waiting is asyncio's business: each waiter runs a small event loop until the value or the lock is there."""

import asyncio
import json
import re
import uuid

LOCK_MS = 9000
PAUSE = 0.05

GET_OR_LOCK = """
local text = redis.call('GET', KEYS[1])
if text then
  return {1, text}
end
if redis.call('SET', KEYS[2], ARGV[1], 'NX', 'PX', ARGV[2]) then
  return {0, ''}
end
return {-1, ''}
"""

UNLOCK = """
if redis.call('GET', KEYS[1]) == ARGV[1] then
  redis.call('DEL', KEYS[1])
end
"""


class CacheManager:
    def __init__(self, client, namespace="cache", default_ttl=300):
        if not re.fullmatch(r"[A-Za-z0-9_-]+", namespace):
            raise ValueError(f"namespace: {namespace!r}")
        self.client = client
        self.namespace = namespace
        self.default_ttl = self.valid(default_ttl)
        self.get_or_lock = client.register_script(GET_OR_LOCK)
        self.unlock = client.register_script(UNLOCK)

    def valid(self, ttl):
        if ttl is None:
            return self.default_ttl
        if not isinstance(ttl, int) or ttl <= 0:
            raise ValueError(f"ttl: {ttl!r}")
        return ttl

    def name(self, key):
        if not key:
            raise ValueError("key: ''")
        return f"{self.namespace}:entries:{key}"

    def set(self, key, value, ttl=None):
        name, ttl = self.name(key), self.valid(ttl)
        self.client.set(name, json.dumps(value), ex=ttl)

    def get(self, key, default=None):
        text = self.client.get(self.name(key))
        return json.loads(text) if text is not None else default

    def delete(self, key):
        return bool(self.client.delete(self.name(key)))

    def exists(self, key):
        return bool(self.client.exists(self.name(key)))

    def ttl(self, key):
        ttl = self.client.ttl(self.name(key))
        return ttl if ttl >= 0 else None

    def touch(self, key, ttl=None):
        return bool(self.client.expire(self.name(key), self.valid(ttl)))

    def get_many(self, keys):
        keys = list(keys)
        names = [self.name(key) for key in keys]
        if not names:
            return {}
        texts = self.client.mget(names)
        return {key: json.loads(text) for key, text in zip(keys, texts) if text is not None}

    def set_many(self, mapping, ttl=None):
        ttl = self.valid(ttl)
        texts = {self.name(key): json.dumps(value) for key, value in mapping.items()}
        if texts:
            pipe = self.client.pipeline()
            for name, text in texts.items():
                pipe.set(name, text, ex=ttl)
            pipe.execute()

    def get_or_compute(self, key, compute, ttl=None):
        name, lock, ttl = self.name(key), f"{self.namespace}:locks:{key}", self.valid(ttl)
        token = uuid.uuid4().hex
        state, text = self.get_or_lock([name, lock], [token, LOCK_MS])
        if state < 0:
            state, text = asyncio.run(self._wait(name, lock, token))
        if state > 0:
            return json.loads(text)
        try:
            value = compute()
            self.client.set(name, json.dumps(value), ex=ttl)
            return value
        finally:
            self.unlock([lock], [token])

    async def _wait(self, name, lock, token):
        state, text = -1, ""
        while state < 0:
            await asyncio.sleep(PAUSE)
            state, text = await asyncio.to_thread(self.get_or_lock, [name, lock], [token, LOCK_MS])
        return state, text

    def invalidate(self, pattern):
        count = 0
        for name in self.client.scan_iter(match=f"{self.namespace}:entries:{pattern}", count=1000):
            count += self.client.delete(name)
        return count
