"""Cache."""

import fnmatch, json, string, time, threading
import redis
from redis.exceptions import LockError, LockNotOwnedError

OK = set(string.ascii_letters + string.digits + "_-")


def check_ttl(t):
    if isinstance(t, float) or t <= 0:
        raise ValueError("ttl")
    return t


class CacheManager:
    def __init__(self, client, namespace="cache", default_ttl=300):
        if not namespace or not set(namespace) <= OK:
            raise ValueError("namespace")
        check_ttl(default_ttl)
        self.r = client
        self.ns = namespace
        self.default = default_ttl

    def _k(self, key):
        if key == "":
            raise ValueError("key")
        return "v:" + self.ns + ":" + key

    def _l(self, key):
        return "l:" + self.ns + ":" + key

    def _t(self, ttl):
        return self.default if ttl is None else check_ttl(ttl)

    def set(self, key, value, ttl=None):
        k = self._k(key)
        t = self._t(ttl)
        self.r.setex(k, t, json.dumps(value))

    def get(self, key, default=None):
        raw = self.r.get(self._k(key))
        if raw is None:
            return default
        return json.loads(raw)

    def delete(self, key):
        return self.r.delete(self._k(key)) == 1

    def exists(self, key):
        return self.r.exists(self._k(key)) == 1

    def ttl(self, key):
        ms = self.r.pttl(self._k(key))
        if ms < 0:
            return None
        return ms // 1000

    def touch(self, key, ttl=None):
        return bool(self.r.expire(self._k(key), self._t(ttl)))

    def get_many(self, keys):
        keys = list(dict.fromkeys(keys))
        names = [self._k(k) for k in keys]
        if not keys:
            return {}
        pipe = self.r.pipeline(transaction=False)
        for n in names:
            pipe.get(n)
        out = {}
        for k, raw in zip(keys, pipe.execute()):
            if raw is not None:
                out[k] = json.loads(raw)
        return out

    def set_many(self, mapping, ttl=None):
        t = self._t(ttl)
        data = [(self._k(k), json.dumps(v)) for k, v in mapping.items()]
        if not data:
            return
        pipe = self.r.pipeline(transaction=True)
        for k, v in data:
            pipe.setex(k, t, v)
        pipe.execute()

    def get_or_compute(self, key, compute, ttl=None):
        k = self._k(key)
        t = self._t(ttl)
        lock = self.r.lock(self._l(key), timeout=9.5, blocking=False)
        delay = 0.05
        while True:
            raw = self.r.get(k)
            if raw is not None:
                return json.loads(raw)
            if lock.acquire():
                break
            time.sleep(delay)
        try:
            raw = self.r.get(k)
            if raw is not None:
                return json.loads(raw)
            at = time.time() + t
            value = compute()
            self.r.set(k, json.dumps(value), pxat=int(at * 1000))
            return value
        finally:
            try:
                lock.release()
            except LockError:
                pass

    def invalidate(self, pattern):
        prefix = "v:" + self.ns + ":"
        n = 0
        cursor = 0
        while True:
            cursor, found = self.r.scan(cursor, match=prefix + "*", count=500)
            hit = [f for f in found if fnmatch.fnmatchcase(f[len(prefix) :], pattern)]
            if hit:
                n += self.r.delete(*hit)
            if cursor == 0:
                return n
