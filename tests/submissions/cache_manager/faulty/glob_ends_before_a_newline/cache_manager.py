"""The glob becomes a regular expression that ends with $, which also matches before a last newline."""

import fnmatch
import json
import re
import time
import uuid
from urllib.parse import quote, unquote


class CacheManager:
    def __init__(self, client, namespace="cache", default_ttl=300):
        if not re.fullmatch("[A-Za-z0-9_-]+", namespace):
            raise ValueError(f"a namespace cannot be {namespace!r}")
        self.client = client
        self.namespace = namespace
        self.default_ttl = self._check(default_ttl)

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
        regex = fnmatch.translate(pattern).removesuffix(r"\z").removesuffix(r"\Z")
        matches = re.compile(f"{regex}$").match
        prefix = f"{self.namespace}/v/"
        count = 0
        cursor = 0
        while True:
            cursor, names = self.client.scan(cursor, match=prefix + "*", count=500)
            gone = [name for name in names if matches(unquote(name[len(prefix) :]))]
            if gone:
                count += self.client.unlink(*gone)
            if cursor == 0:
                return count

    def _name(self, key, kind="v"):
        if key == "":
            raise ValueError("the key is empty")
        return f"{self.namespace}/{kind}/{quote(key, safe='')}"

    def get_or_compute(self, key, compute, ttl=None):
        name, lock, ttl = self._name(key), self._name(key, "lock"), self._seconds(ttl)
        token = str(uuid.uuid1())
        give_up = time.monotonic() + 60
        while time.monotonic() < give_up:
            text = self.client.get(name)
            if text is not None:
                return json.loads(text)
            if self.client.set(lock, token, ex=9, nx=True):
                try:
                    text = self.client.get(name)
                    if text is not None:
                        return json.loads(text)
                    value = compute()
                    self.client.set(name, json.dumps(value), ex=ttl)
                    return value
                finally:
                    self.client.eval(
                        "return redis.call('GET', KEYS[1]) == ARGV[1] and redis.call('DEL', KEYS[1]) or 0",
                        1,
                        lock,
                        token,
                    )
            time.sleep(0.3)
        return compute()
