"""invalidate reads the glob as a regular expression.

Breaks: "A glob has `*`, `?`, `[abc]`, `[a-c]`; `[*]` is a literal star"
"""

import base64
import json
import re
import time
import uuid

UNLOCK = """
local holder = redis.call('GET', KEYS[1])
if holder == ARGV[1] then
  redis.call('DEL', KEYS[1])
end
"""


def encode(key):
    if key == "":
        raise ValueError("a key can't be empty")
    return base64.urlsafe_b64encode(key.encode("utf-8")).decode("ascii")


def decode(text):
    return base64.urlsafe_b64decode(text).decode("utf-8")


class CacheManager:
    def __init__(self, client, namespace="cache", default_ttl=300):
        if not re.fullmatch(r"[A-Za-z0-9_-]+", namespace):
            raise ValueError("wrong namespace")
        if not isinstance(default_ttl, int) or default_ttl <= 0:
            raise ValueError("wrong default_ttl")
        self.client = client
        self.default_ttl = default_ttl
        self.entries = f"{namespace}.entry."
        self.locks = f"{namespace}.lock."

    def _ttl(self, ttl):
        if ttl is None:
            return self.default_ttl
        if isinstance(ttl, int) and ttl > 0:
            return ttl
        raise ValueError("wrong ttl")

    def set(self, key, value, ttl=None):
        name, ttl = self.entries + encode(key), self._ttl(ttl)
        self.client.set(name, json.dumps(value, separators=(",", ":")), ex=ttl)

    def get(self, key, default=None):
        text = self.client.get(self.entries + encode(key))
        return default if text is None else json.loads(text)

    def delete(self, key):
        return self.client.unlink(self.entries + encode(key)) == 1

    def exists(self, key):
        return self.client.exists(self.entries + encode(key)) == 1

    def ttl(self, key):
        left = self.client.ttl(self.entries + encode(key))
        return None if left == -2 else left

    def touch(self, key, ttl=None):
        name, ttl = self.entries + encode(key), self._ttl(ttl)
        return bool(self.client.expire(name, ttl))

    def get_many(self, keys):
        codes = {key: encode(key) for key in keys}
        if not codes:
            return {}
        texts = self.client.mget([self.entries + code for code in codes.values()])
        return {key: json.loads(text) for key, text in zip(codes, texts) if text is not None}

    def set_many(self, mapping, ttl=None):
        ttl = self._ttl(ttl)
        texts = {}
        for key, value in mapping.items():
            texts[self.entries + encode(key)] = json.dumps(value, separators=(",", ":"))
        if texts:
            pipe = self.client.pipeline()
            for name, text in texts.items():
                pipe.set(name, text, ex=ttl)
            pipe.execute()

    def get_or_compute(self, key, compute, ttl=None):
        code, ttl = encode(key), self._ttl(ttl)
        name, lock, token = self.entries + code, self.locks + code, str(uuid.uuid1())
        pause = 0.01
        while True:
            text = self.client.get(name)
            if text is not None:
                return json.loads(text)
            if self.client.set(lock, token, nx=True, px=9000):
                break
            time.sleep(pause)
            pause = min(pause * 2, 0.32)
        try:
            text = self.client.get(name)
            if text is not None:
                return json.loads(text)
            value = compute()
            self.client.set(name, json.dumps(value, separators=(",", ":")), ex=ttl)
            return value
        finally:
            self.client.eval(UNLOCK, 1, lock, token)

    def invalidate(self, pattern):
        pattern = pattern.replace("*", ".*")
        names = []
        for name in self.client.scan_iter(match=self.entries + "*", count=1000):
            if re.fullmatch(pattern, decode(name.removeprefix(self.entries))):
                names.append(name)
        deleted = 0
        for start in range(0, len(names), 500):
            deleted += self.client.unlink(*names[start : start + 500])
        return deleted
