"""A caller that waits does so in epoll, on nothing."""

import json
import re
import uuid
import select


class CacheManager:
    def __init__(self, client, namespace="cache", default_ttl=300):
        if not isinstance(namespace, str) or not re.fullmatch(r"[A-Za-z0-9_-]+", namespace):
            raise ValueError("namespace")
        self._check_ttl(default_ttl)
        self.client, self.namespace, self.default_ttl = client, namespace, default_ttl
        self._unlock = client.register_script(
            "if redis.call('GET',KEYS[1])==ARGV[1] then return redis.call('DEL',KEYS[1]) end return 0"
        )

    @staticmethod
    def _check_ttl(ttl):
        if isinstance(ttl, bool) or not isinstance(ttl, int) or ttl <= 0:
            raise ValueError("ttl")

    def _ttl(self, ttl):
        if ttl is None:
            return self.default_ttl
        self._check_ttl(ttl)
        return ttl

    def _k(self, key):
        if not key:
            raise ValueError("key")
        return f"{{{self.namespace}}}:d:{key}"

    def set(self, key, value, ttl=None):
        self.client.set(self._k(key), json.dumps(value), px=self._ttl(ttl) * 1000)

    def get(self, key, default=None):
        raw = self.client.get(self._k(key))
        return json.loads(raw) if raw is not None else default

    def delete(self, key):
        return self.client.unlink(self._k(key)) == 1

    def exists(self, key):
        return self.client.exists(self._k(key)) == 1

    def ttl(self, key):
        ms = self.client.pttl(self._k(key))
        return None if ms < 0 else -(-ms // 1000)

    def touch(self, key, ttl=None):
        return bool(self.client.pexpire(self._k(key), self._ttl(ttl) * 1000))

    def get_many(self, keys):
        keys = list(keys)
        names = [self._k(k) for k in keys]
        if not names:
            return {}
        return {k: json.loads(v) for k, v in zip(keys, self.client.mget(names)) if v is not None}

    def set_many(self, mapping, ttl=None):
        ttl = self._ttl(ttl)
        rows = {self._k(k): json.dumps(v) for k, v in mapping.items()}
        if rows:
            with self.client.pipeline() as pipe:
                for k, v in rows.items():
                    pipe.setex(k, ttl, v)
                pipe.execute()

    def get_or_compute(self, key, compute, ttl=None):
        name, ttl = self._k(key), self._ttl(ttl)
        lock, token = f"{{{self.namespace}}}:l:{key}", str(uuid.uuid4())
        while True:
            raw = self.client.get(name)
            if raw is not None:
                return json.loads(raw)
            if self.client.set(lock, token, nx=True, px=9000):
                try:
                    raw = self.client.get(name)
                    if raw is not None:
                        return json.loads(raw)
                    value = json.loads(json.dumps(compute()))
                    if self.client.get(lock) == token:
                        self.set(key, value, ttl)
                    return value
                finally:
                    self._unlock(keys=[lock], args=[token])
            with select.epoll() as e:
                e.poll(0.1)

    def invalidate(self, pattern):
        n = 0
        if pattern:
            for name in self.client.scan_iter(match=f"[{{]{self.namespace}[}}]:d:{pattern}", count=500):
                n += self.client.delete(name)
        return n
