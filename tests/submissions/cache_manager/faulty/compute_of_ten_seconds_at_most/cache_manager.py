"""A caller whose compute() takes longer than ten seconds raises.

Breaks: "A caller that was slower than its lock, and lost it, may store its value or not, returns
its own, and releases nothing of the caller that took over."
"""

import json
import re
import time
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as StillRunning

from redis.exceptions import LockError

LOCK_SECONDS = 4
RENEW_SECONDS = 1


class CacheManager:
    def __init__(self, client, namespace="cache", default_ttl=300):
        if not re.fullmatch(r"[A-Za-z0-9_-]+", namespace):
            raise ValueError(f"unusable namespace: {namespace!r}")
        self.client = client
        self.namespace = namespace
        self.default_ttl = self._lifetime(default_ttl)

    def _lifetime(self, ttl):
        if ttl is None:
            return self.default_ttl
        if not isinstance(ttl, int) or ttl <= 0:
            raise ValueError(f"unusable time-to-live: {ttl!r}")
        return ttl

    def _name(self, key):
        if key == "":
            raise ValueError("unusable key: ''")
        return f"{self.namespace}:value:{key}"

    def set(self, key, value, ttl=None):
        name, lifetime = self._name(key), self._lifetime(ttl)
        self.client.set(name, json.dumps(value), ex=lifetime)

    def get(self, key, default=None):
        text = self.client.get(self._name(key))
        return default if text is None else json.loads(text)

    def delete(self, key):
        return bool(self.client.delete(self._name(key)))

    def exists(self, key):
        return bool(self.client.exists(self._name(key)))

    def ttl(self, key):
        left = self.client.pttl(self._name(key))
        return None if left < 0 else int(left / 1000)

    def touch(self, key, ttl=None):
        name, lifetime = self._name(key), self._lifetime(ttl)
        return bool(self.client.expire(name, lifetime))

    def get_many(self, keys):
        keys = list(keys)
        names = [self._name(key) for key in keys]
        if not keys:
            return {}
        return {key: json.loads(text) for key, text in zip(keys, self.client.mget(names)) if text is not None}

    def set_many(self, mapping, ttl=None):
        lifetime = self._lifetime(ttl)
        texts = {self._name(key): json.dumps(value) for key, value in mapping.items()}
        if texts:
            with self.client.pipeline() as pipe:
                for name, text in texts.items():
                    pipe.set(name, text, ex=lifetime)
                pipe.execute()

    def get_or_compute(self, key, compute, ttl=None):
        name, lifetime = self._name(key), self._lifetime(ttl)
        lock = self.client.lock(f"{self.namespace}:lock:{key}", timeout=LOCK_SECONDS)
        while (text := self.client.get(name)) is None:
            if lock.acquire(blocking=False):
                try:
                    text = self.client.get(name) or self._store(name, compute, lifetime, lock)
                finally:
                    self._give_back(lock)
                break
            time.sleep(0.1)
        return json.loads(text)

    def _store(self, name, compute, lifetime, lock):
        with ThreadPoolExecutor(max_workers=1) as pool:
            future = pool.submit(compute)
            give_up = time.monotonic() + 10
            while not future.done():
                if time.monotonic() > give_up:
                    raise TimeoutError("compute() takes too long")
                try:
                    future.exception(timeout=RENEW_SECONDS)
                except StillRunning:
                    self._keep(lock)
        text = json.dumps(future.result())
        self.client.set(name, text, ex=lifetime)
        return text

    def _keep(self, lock):
        try:
            lock.reacquire()
        except LockError:
            pass  # lost: whoever has it now may compute too

    def _give_back(self, lock):
        try:
            lock.release()
        except LockError:
            pass

    def invalidate(self, pattern):
        count = 0
        for name in self.client.scan_iter(match=f"{self.namespace}:value:{pattern}", count=500):
            count += self.client.delete(name)
        return count
