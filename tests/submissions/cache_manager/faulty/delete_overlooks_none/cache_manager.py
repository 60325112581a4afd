"""delete looks at the value first and takes a stored None for nothing.

Breaks: "True where there was one."
"""

import json
import time

from arguments import check_key, check_namespace, check_ttl
from cachelib.locks import ServerLock
from cachelib.names import Names

WAIT = 0.1


class CacheManager:
    def __init__(self, client, namespace="cache", default_ttl=300):
        self.names = Names(check_namespace(namespace))
        self.default_ttl = check_ttl(default_ttl)
        self.client = client

    def _ttl(self, ttl):
        return check_ttl(self.default_ttl if ttl is None else ttl)

    def set(self, key, value, ttl=None):
        check_key(key)
        ttl = self._ttl(ttl)
        self.client.set(self.names.entry(key), json.dumps(value), ex=ttl)

    def get(self, key, default=None):
        check_key(key)
        text = self.client.get(self.names.entry(key))
        if text is None:
            return default
        return json.loads(text)

    def delete(self, key):
        check_key(key)
        if self.get(key) is None:
            return False
        self.client.delete(self.names.entry(key))
        return True

    def exists(self, key):
        check_key(key)
        return bool(self.client.exists(self.names.entry(key)))

    def ttl(self, key):
        check_key(key)
        left = self.client.ttl(self.names.entry(key))
        return None if left < 0 else left

    def touch(self, key, ttl=None):
        check_key(key)
        ttl = self._ttl(ttl)
        return bool(self.client.expire(self.names.entry(key), ttl))

    def get_many(self, keys):
        keys = [check_key(key) for key in keys]
        if not keys:
            return {}
        texts = self.client.mget([self.names.entry(key) for key in keys])
        return {key: json.loads(text) for key, text in zip(keys, texts) if text is not None}

    def set_many(self, mapping, ttl=None):
        ttl = self._ttl(ttl)
        texts = {self.names.entry(check_key(key)): json.dumps(value) for key, value in mapping.items()}
        if not texts:
            return
        pipe = self.client.pipeline()
        for name, text in texts.items():
            pipe.set(name, text, ex=ttl)
        pipe.execute()

    def get_or_compute(self, key, compute, ttl=None):
        check_key(key)
        ttl = self._ttl(ttl)
        missing = object()
        lock = ServerLock(self.client, self.names.lock(key))
        while (value := self.get(key, missing)) is missing:
            if not lock.take():
                time.sleep(WAIT)
                continue
            with lock:
                value = self.get(key, missing)
                if value is missing:
                    value = compute()
                    self.set(key, value, ttl)
                return value
        return value

    def invalidate(self, pattern):
        found = self.client.scan_iter(match=self.names.entries(pattern), count=1000)
        return sum(self.client.delete(name) for name in found)
