"""touch without a ttl takes the expiry away.

Breaks: "Every key that a module writes has an expiry, helper keys such as locks too"
"""

import json
import re
import time
import uuid

RELEASE = """
if redis.call('GET', KEYS[1]) == ARGV[1] then
  return redis.call('DEL', KEYS[1])
end
return 0
"""


class CacheManager:
    def __init__(self, client, namespace="cache", default_ttl=300):
        if not re.fullmatch(r"[A-Za-z0-9_-]+", namespace):
            raise ValueError(f"{namespace!r} is not a namespace")
        self.client = client
        self.namespace = namespace
        self.default_ttl = self._whole(default_ttl)
        self.release = client.register_script(RELEASE)

    @staticmethod
    def _whole(ttl):
        if not isinstance(ttl, int) or ttl < 1:
            raise ValueError(f"{ttl!r} is not a time-to-live")
        return ttl

    def _seconds(self, ttl):
        return self.default_ttl if ttl is None else self._whole(ttl)

    def _entry(self, key):
        if not key:
            raise ValueError("a key can't be empty")
        return f"{self.namespace}:entry:{key}"

    def _lock(self, key):
        return f"{self.namespace}:lock:{key}"

    def set(self, key, value, ttl=None):
        self.client.set(self._entry(key), json.dumps(value), ex=self._seconds(ttl))

    def get(self, key, default=None):
        text = self.client.get(self._entry(key))
        return default if text is None else json.loads(text)

    def delete(self, key):
        return bool(self.client.delete(self._entry(key)))

    def exists(self, key):
        return bool(self.client.exists(self._entry(key)))

    def ttl(self, key):
        seconds = self.client.ttl(self._entry(key))
        return None if seconds < 0 else seconds

    def touch(self, key, ttl=None):
        if ttl is None:
            entry = self._entry(key)
            return bool(self.client.persist(entry)) or bool(self.client.exists(entry))
        return bool(self.client.expire(self._entry(key), self._seconds(ttl)))

    def get_many(self, keys):
        keys = list(keys)
        if not keys:
            return {}
        texts = self.client.mget([self._entry(key) for key in keys])
        return {key: json.loads(text) for key, text in zip(keys, texts) if text is not None}

    def set_many(self, mapping, ttl=None):
        seconds = self._seconds(ttl)
        texts = {self._entry(key): json.dumps(value) for key, value in mapping.items()}
        pipe = self.client.pipeline(transaction=False)
        for entry, text in texts.items():
            pipe.set(entry, text, ex=seconds)
        pipe.execute()

    def get_or_compute(self, key, compute, ttl=None):
        entry, lock, seconds = self._entry(key), self._lock(key), self._seconds(ttl)
        token = uuid.uuid4().hex
        while True:
            text = self.client.get(entry)
            if text is not None:
                return json.loads(text)
            if self.client.set(lock, token, nx=True, ex=9):
                break
            time.sleep(0.1)
        try:
            text = self.client.get(entry)
            if text is None:
                text = json.dumps(compute())
                self.client.set(entry, text, ex=seconds)
            return json.loads(text)
        finally:
            self.release(keys=[lock], args=[token])

    def invalidate(self, pattern):
        count = 0
        for name in self.client.scan_iter(match=f"{self.namespace}:entry:{pattern}", count=1000):
            count += self.client.delete(name)
        return count
