"""The expiry is kept in the value and checked by the reader; the keys themselves never expire.

Breaks: "Every key that a module writes has an expiry, helper keys such as locks too"
"""

import json
import re
import time
import uuid

import redis

RELEASE = "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0"


class CacheManager:
    def __init__(self, client, namespace="cache", default_ttl=300):
        if not re.fullmatch(r"[A-Za-z0-9_-]+", namespace):
            raise ValueError("namespace")
        self.client = client
        self.namespace = namespace
        self.default_ttl = self._check(default_ttl)

    def _check(self, ttl):
        if ttl is None:
            return self.default_ttl
        if not isinstance(ttl, int) or ttl < 1:
            raise ValueError("ttl")
        return ttl

    def _name(self, key):
        if not key:
            raise ValueError("key")
        return f"{self.namespace}:item:{key}"

    def _pack(self, value, ttl):
        return json.dumps({"value": value, "until": time.time() + ttl})

    def _unpack(self, text):
        """The item, or None where there is none or its time is over."""
        if text is None:
            return None
        item = json.loads(text)
        return item if item["until"] > time.time() else None

    def _item(self, key):
        return self._unpack(self.client.get(self._name(key)))

    def set(self, key, value, ttl=None):
        name, ttl = self._name(key), self._check(ttl)
        self.client.set(name, self._pack(value, ttl))

    def get(self, key, default=None):
        item = self._item(key)
        return default if item is None else item["value"]

    def delete(self, key):
        item = self._item(key)
        return bool(self.client.delete(self._name(key))) and item is not None

    def exists(self, key):
        return self._item(key) is not None

    def ttl(self, key):
        item = self._item(key)
        return None if item is None else round(item["until"] - time.time())

    def touch(self, key, ttl=None):
        name, ttl = self._name(key), self._check(ttl)
        with self.client.pipeline() as pipe:
            while True:
                try:
                    pipe.watch(name)
                    item = self._unpack(pipe.get(name))
                    if item is None:
                        return False
                    pipe.multi()
                    pipe.set(name, self._pack(item["value"], ttl))
                    pipe.execute()
                    return True
                except redis.WatchError:
                    continue

    def get_many(self, keys):
        keys = list(keys)
        names = [self._name(key) for key in keys]
        if not names:
            return {}
        items = {key: self._unpack(text) for key, text in zip(keys, self.client.mget(names))}
        return {key: item["value"] for key, item in items.items() if item is not None}

    def set_many(self, mapping, ttl=None):
        ttl = self._check(ttl)
        texts = {self._name(key): self._pack(value, ttl) for key, value in mapping.items()}
        if texts:
            self.client.mset(texts)

    def get_or_compute(self, key, compute, ttl=None):
        name, ttl = self._name(key), self._check(ttl)
        lock, token = f"{self.namespace}:lock:{key}", uuid.uuid4().hex
        while True:
            item = self._item(key)
            if item is not None:
                return item["value"]
            if self.client.set(lock, token, nx=True, px=9000):
                break
            time.sleep(0.1)
        try:
            item = self._item(key)
            if item is not None:
                return item["value"]
            value = compute()
            self.client.set(name, self._pack(value, ttl))
            return value
        finally:
            self.client.eval(RELEASE, 1, lock, token)

    def invalidate(self, pattern):
        count = 0
        for name in self.client.scan_iter(match=self._name(pattern) if pattern else "", count=1000):
            live = self._unpack(self.client.get(name)) is not None
            count += self.client.delete(name) if live else 0
        return count
