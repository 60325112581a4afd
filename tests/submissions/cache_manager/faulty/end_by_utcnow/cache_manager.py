"""The end is reckoned with utcnow(), and is right where local time is UTC alone."""

import datetime
import json
import re
import time
import uuid

UNLOCK = "if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end"


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

    def _end(self, ttl):
        return datetime.datetime.utcnow() + datetime.timedelta(seconds=self._ttl(ttl))

    def _key(self, key):
        if key == "":
            raise ValueError("empty key")
        return f"{self.namespace}:data:{key}"

    def set(self, key, value, ttl=None):
        self.client.set(self._key(key), json.dumps(value), exat=self._end(ttl))

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
        return bool(self.client.expireat(self._key(key), self._end(ttl)))

    def get_many(self, keys):
        keys = list(keys)
        names = [self._key(key) for key in keys]
        if not names:
            return {}
        found = zip(keys, self.client.mget(names))
        return {key: json.loads(raw) for key, raw in found if raw is not None}

    def set_many(self, mapping, ttl=None):
        end = self._end(ttl)
        rows = [(self._key(key), json.dumps(value)) for key, value in mapping.items()]
        with self.client.pipeline(transaction=False) as pipe:
            for name, raw in rows:
                pipe.set(name, raw, exat=end)
            pipe.execute()

    def get_or_compute(self, key, compute, ttl=None):
        name, seconds = self._key(key), datetime.timedelta(seconds=self._ttl(ttl))
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
                        raw = json.dumps(compute())
                        self.client.set(name, raw, exat=datetime.datetime.utcnow() + seconds)
                    return json.loads(raw)
                finally:
                    self._unlock(keys=[lock], args=[token])
            time.sleep(0.05)

    def invalidate(self, pattern):
        count = 0
        for name in self.client.scan_iter(match=f"{self.namespace}:data:{pattern}", count=500):
            count += self.client.delete(name)
        return count
