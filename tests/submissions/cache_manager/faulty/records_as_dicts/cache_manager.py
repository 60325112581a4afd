"""A cache that keeps an object's attributes as a dict: a set is refused, a dataclass isn't."""

import dataclasses
import json
import re
import time
import uuid

UNLOCK = "if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end"


def attributes(value):
    if dataclasses.is_dataclass(value):
        return dataclasses.asdict(value)
    raise TypeError(f"{type(value).__name__} can't be stored")


def dump(value):
    return json.dumps(value, default=attributes)


class CacheManager:
    def __init__(self, client, namespace="cache", default_ttl=300):
        if re.fullmatch(r"[A-Za-z0-9_-]+", namespace) is None:
            raise ValueError("bad namespace")
        self.client = client
        self.namespace = namespace
        self.default_ttl = default_ttl
        self._ttl(None)
        self._unlock = client.register_script(UNLOCK)

    def _ttl(self, ttl):
        ttl = self.default_ttl if ttl is None else ttl
        if type(ttl) is not int or ttl <= 0:
            raise ValueError("ttl must be a whole number above 0")
        return ttl

    def _key(self, key):
        if key == "":
            raise ValueError("empty key")
        return f"{self.namespace}:data:{key}"

    def set(self, key, value, ttl=None):
        self.client.set(self._key(key), dump(value), ex=self._ttl(ttl))

    def get(self, key, default=None):
        raw = self.client.get(self._key(key))
        return default if raw is None else json.loads(raw)

    def delete(self, key):
        return self.client.delete(self._key(key)) == 1

    def exists(self, key):
        return self.client.exists(self._key(key)) == 1

    def ttl(self, key):
        left = self.client.ttl(self._key(key))
        return left if left >= 0 else None

    def touch(self, key, ttl=None):
        return bool(self.client.expire(self._key(key), self._ttl(ttl)))

    def get_many(self, keys):
        keys = list(keys)
        names = [self._key(key) for key in keys]
        if not names:
            return {}
        found = zip(keys, self.client.mget(names))
        return {key: json.loads(raw) for key, raw in found if raw is not None}

    def set_many(self, mapping, ttl=None):
        seconds = self._ttl(ttl)
        rows = [(self._key(key), dump(value)) for key, value in mapping.items()]
        with self.client.pipeline(transaction=False) as pipe:
            for name, raw in rows:
                pipe.set(name, raw, ex=seconds)
            pipe.execute()

    def get_or_compute(self, key, compute, ttl=None):
        name, seconds = self._key(key), self._ttl(ttl)
        lock = f"{self.namespace}:lock:{key}"
        token = uuid.uuid4().hex
        while True:
            raw = self.client.get(name)
            if raw is not None:
                return json.loads(raw)
            if self.client.set(lock, token, nx=True, ex=9):
                try:
                    raw = self.client.get(name)
                    if raw is None:
                        raw = dump(compute())
                        self.client.set(name, raw, ex=seconds)
                    return json.loads(raw)
                finally:
                    self._unlock(keys=[lock], args=[token])
            time.sleep(0.05)

    def invalidate(self, pattern):
        count = 0
        for name in self.client.scan_iter(match=f"{self.namespace}:data:{pattern}", count=500):
            count += self.client.delete(name)
        return count
