"""Threads share their flights by key alone: two namespaces of one process get each other's value."""

import json
import re
import threading
import time
import uuid
from concurrent.futures import Future


class CacheManager:
    guard = threading.Lock()
    flights = {}

    def __init__(self, client, namespace="cache", default_ttl=300):
        if not re.fullmatch("[A-Za-z0-9_-]+", namespace):
            raise ValueError(f"a namespace cannot be {namespace!r}")
        self.client = client
        self.namespace = namespace
        self.default_ttl = self._check(default_ttl)
        self.release = client.register_script(
            "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0"
        )

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
        count = 0
        for name in self.client.scan_iter(f"{self.namespace}:v:{pattern}", count=1000):
            count += self.client.delete(name)
        return count

    def get_or_compute(self, key, compute, ttl=None):
        name, ttl = self._name(key), self._seconds(ttl)
        while True:
            text = self.client.get(name)
            if text is not None:
                return json.loads(text)
            with self.guard:
                flight = self.flights.get(key)
                leads = flight is None
                if leads:
                    flight = self.flights[key] = Future()
            if not leads:
                found = flight.result()
                if found is not None:
                    return json.loads(found)
                continue
            found = None
            try:
                found = self._from_all(name, self._name(key, "lock"), compute, ttl)
                return json.loads(found)
            finally:
                with self.guard:
                    del self.flights[key]
                flight.set_result(found)

    def _from_all(self, name, lock, compute, ttl):
        token = uuid.uuid4().hex
        while not self.client.set(lock, token, ex=9, nx=True):
            time.sleep(0.05)
            text = self.client.get(name)
            if text is not None:
                return text
        try:
            text = self.client.get(name)
            if text is None:
                text = json.dumps(compute())
                self.client.set(name, text, ex=ttl)
            return text
        finally:
            self.release(keys=[lock], args=[token])
