"""A caller that waits lets the server do its pauses: WAIT, for a replica that isn't there."""

import json
import re
import uuid

_NAME = re.compile(r"[A-Za-z0-9_-]+")
RELEASE = """
if redis.call('get', KEYS[1]) == ARGV[1] then
    return redis.call('del', KEYS[1])
end
return 0
"""


class CacheManager:
    def __init__(self, client, namespace="cache", default_ttl=300):
        if _NAME.fullmatch(namespace) is None:
            raise ValueError(f"bad namespace: {namespace!r}")
        self.r = client
        self.ns = namespace
        self.default_ttl = self._check_ttl(default_ttl)
        self._release = client.register_script(RELEASE)

    @staticmethod
    def _check_ttl(ttl):
        if type(ttl) is not int or ttl < 1:
            raise ValueError(f"bad ttl: {ttl!r}")
        return ttl

    def _ttl(self, ttl):
        return self.default_ttl if ttl is None else self._check_ttl(ttl)

    def _k(self, key):
        if key == "":
            raise ValueError("empty key")
        return f"{self.ns}:v:{key}"

    def set(self, key, value, ttl=None):
        name, ttl = self._k(key), self._ttl(ttl)
        self.r.set(name, json.dumps(value), ex=ttl)

    def get(self, key, default=None):
        raw = self.r.get(self._k(key))
        return default if raw is None else json.loads(raw)

    def delete(self, key):
        return self.r.delete(self._k(key)) == 1

    def exists(self, key):
        return self.r.exists(self._k(key)) == 1

    def ttl(self, key):
        left = self.r.pttl(self._k(key))
        return None if left == -2 else left // 1000

    def touch(self, key, ttl=None):
        name, ttl = self._k(key), self._ttl(ttl)
        return bool(self.r.expire(name, ttl))

    def get_many(self, keys):
        names = {k: self._k(k) for k in keys}
        if not names:
            return {}
        raws = self.r.mget(list(names.values()))
        return {k: json.loads(raw) for k, raw in zip(names, raws) if raw is not None}

    def set_many(self, mapping, ttl=None):
        ttl = self._ttl(ttl)
        raws = [(self._k(k), json.dumps(v)) for k, v in mapping.items()]
        if not raws:
            return
        with self.r.pipeline() as pipe:
            for name, raw in raws:
                pipe.set(name, raw, ex=ttl)
            pipe.execute()

    def get_or_compute(self, key, compute, ttl=None):
        name, ttl = self._k(key), self._ttl(ttl)
        lock, token = f"{self.ns}:l:{key}", uuid.uuid4().hex
        while True:
            raw = self.r.get(name)
            if raw is not None:
                return json.loads(raw)
            if self.r.set(lock, token, nx=True, px=9000):
                break
            self.r.wait(1, 300)
        try:
            raw = self.r.get(name)
            if raw is not None:
                return json.loads(raw)
            value = compute()
            self.r.set(name, json.dumps(value), ex=ttl)
            return value
        finally:
            self._release(keys=[lock], args=[token])

    def invalidate(self, pattern):
        if pattern == "":
            return 0
        names = list(self.r.scan_iter(match=f"{self.ns}:v:{pattern}", count=1000))
        return sum(self.r.unlink(*names[i : i + 500]) for i in range(0, len(names), 500))
