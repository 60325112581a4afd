"""The heartbeat sets the lock anew, also when another has taken it over.

Breaks: "A caller that was slower than its lock, and lost it, may store its value or not, returns
its own, and releases nothing of the caller that took over."
"""

import json
import re
import threading
import time
import uuid

RELEASE = """
if redis.call('GET', KEYS[1]) == ARGV[1] then
  return redis.call('DEL', KEYS[1])
end
return 0
"""


class RenewedLock:
    """A lock on the server that lives while its holder lives."""

    LIFE_MS = 3000
    BEAT_SECONDS = 1.0

    def __init__(self, client, name):
        self.client = client
        self.name = name
        self.token = uuid.uuid4().hex
        self.stopped = threading.Event()
        self.thread = None

    def acquire(self):
        if not self.client.set(self.name, self.token, nx=True, px=self.LIFE_MS):
            return False
        self.thread = threading.Thread(target=self._beat, daemon=True)
        self.thread.start()
        return True

    def _beat(self):
        while not self.stopped.wait(self.BEAT_SECONDS):
            self.client.set(self.name, self.token, px=self.LIFE_MS)

    def release(self):
        self.stopped.set()
        self.thread.join()
        self.client.eval(RELEASE, 1, self.name, self.token)


class CacheManager:
    def __init__(self, client, namespace="cache", default_ttl=300):
        if not re.fullmatch(r"[A-Za-z0-9_-]+", namespace):
            raise ValueError("namespace may only contain A-Z a-z 0-9 _ -")
        self._validate_ttl(default_ttl)
        self.client = client
        self.namespace = namespace
        self.default_ttl = default_ttl

    def _validate_ttl(self, ttl):
        if not isinstance(ttl, int) or ttl <= 0:
            raise ValueError("ttl must be a whole number of seconds above 0")

    def _get_ttl(self, ttl):
        if ttl is None:
            return self.default_ttl
        self._validate_ttl(ttl)
        return ttl

    def _make_key(self, key):
        if not key:
            raise ValueError("key must not be empty")
        return f"{self.namespace}:data:{key}"

    def set(self, key, value, ttl=None):
        full_key = self._make_key(key)
        ttl = self._get_ttl(ttl)
        self.client.set(full_key, json.dumps(value), ex=ttl)

    def get(self, key, default=None):
        data = self.client.get(self._make_key(key))
        if data is None:
            return default
        return json.loads(data)

    def delete(self, key):
        return bool(self.client.delete(self._make_key(key)))

    def exists(self, key):
        return bool(self.client.exists(self._make_key(key)))

    def ttl(self, key):
        ttl = self.client.ttl(self._make_key(key))
        if ttl == -2:
            return None
        return ttl

    def touch(self, key, ttl=None):
        full_key = self._make_key(key)
        ttl = self._get_ttl(ttl)
        return bool(self.client.expire(full_key, ttl))

    def get_many(self, keys):
        keys = list(keys)
        full_keys = [self._make_key(key) for key in keys]
        if not keys:
            return {}
        values = self.client.mget(full_keys)
        return {k: json.loads(v) for k, v in zip(keys, values) if v is not None}

    def set_many(self, mapping, ttl=None):
        ttl = self._get_ttl(ttl)
        data = {self._make_key(k): json.dumps(v) for k, v in mapping.items()}
        if not data:
            return
        pipe = self.client.pipeline()
        for full_key, value in data.items():
            pipe.set(full_key, value, ex=ttl)
        pipe.execute()

    def get_or_compute(self, key, compute, ttl=None):
        full_key = self._make_key(key)
        ttl = self._get_ttl(ttl)
        lock = RenewedLock(self.client, f"{self.namespace}:lock:{key}")

        while True:
            data = self.client.get(full_key)
            if data is not None:
                return json.loads(data)
            if lock.acquire():
                break
            time.sleep(0.1)

        try:
            data = self.client.get(full_key)
            if data is not None:
                return json.loads(data)
            value = compute()
            self.client.set(full_key, json.dumps(value), ex=ttl)
            return value
        finally:
            lock.release()

    def invalidate(self, pattern):
        deleted = 0
        for full_key in self.client.scan_iter(match=f"{self.namespace}:data:{pattern}", count=500):
            deleted += self.client.delete(full_key)
        return deleted
