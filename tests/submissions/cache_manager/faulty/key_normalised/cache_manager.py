"""Keys are brought into one Unicode form.

Breaks: "used as they are: no trimming, no change of case, no normalising."
"""

import json
import re
import threading
import unicodedata
import uuid

UNLOCK = "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0"


class CacheManager:
    def __init__(self, client, namespace="cache", default_ttl=300):
        if not re.fullmatch("[A-Za-z0-9_-]+", namespace):
            raise ValueError(f"namespace {namespace!r} is not allowed")
        self._client = client
        self._prefix = f"{namespace}/entry/"
        self._lock_prefix = f"{namespace}/lock/"
        self._default_ttl = _checked(default_ttl)
        self._finished = threading.Condition()

    def set(self, key, value, ttl=None):
        full, seconds = self._full(key), self._seconds(ttl)
        self._client.set(full, json.dumps(value), ex=seconds)

    def get(self, key, default=None):
        raw = self._client.get(self._full(key))
        return default if raw is None else json.loads(raw)

    def delete(self, key):
        return bool(self._client.delete(self._full(key)))

    def exists(self, key):
        return bool(self._client.exists(self._full(key)))

    def ttl(self, key):
        seconds = self._client.ttl(self._full(key))
        return None if seconds < 0 else seconds

    def touch(self, key, ttl=None):
        full, seconds = self._full(key), self._seconds(ttl)
        return bool(self._client.expire(full, seconds))

    def get_many(self, keys):
        by_name = {self._full(key): key for key in keys}
        if not by_name:
            return {}
        raws = self._client.mget(list(by_name))
        return {by_name[full]: json.loads(raw) for full, raw in zip(by_name, raws) if raw is not None}

    def set_many(self, mapping, ttl=None):
        seconds = self._seconds(ttl)
        raws = {self._full(key): json.dumps(value) for key, value in mapping.items()}
        if not raws:
            return
        with self._client.pipeline() as pipe:
            for full, raw in raws.items():
                pipe.set(full, raw, ex=seconds)
            pipe.execute()

    def get_or_compute(self, key, compute, ttl=None):
        full, seconds = self._full(key), self._seconds(ttl)
        lock, token = self._lock_prefix + key, str(uuid.uuid4())
        while True:
            raw = self._client.get(full)
            if raw is not None:
                return json.loads(raw)
            if self._client.set(lock, token, nx=True, px=9000):
                break
            with self._finished:
                # Another process can't wake us, so look again now and then.
                self._finished.wait(0.2)
        try:
            return self._load_or_compute(full, compute, seconds)
        finally:
            self._client.eval(UNLOCK, 1, lock, token)
            with self._finished:
                self._finished.notify_all()

    def _load_or_compute(self, full, compute, seconds):
        raw = self._client.get(full)
        if raw is None:
            raw = json.dumps(compute())
            self._client.set(full, raw, ex=seconds)
        return json.loads(raw)

    def invalidate(self, pattern):
        gone = 0
        cursor = 0
        while True:
            cursor, names = self._client.scan(cursor, match=self._prefix + pattern, count=1000)
            if names:
                gone += self._client.delete(*names)
            if cursor == 0:
                return gone

    def _full(self, key):
        if not key:
            raise ValueError("a key is at least one character long")
        return self._prefix + unicodedata.normalize("NFC", key)

    def _seconds(self, ttl):
        return self._default_ttl if ttl is None else _checked(ttl)


def _checked(ttl):
    if not isinstance(ttl, int) or ttl < 1:
        raise ValueError(f"{ttl!r} is not a time-to-live")
    return ttl
