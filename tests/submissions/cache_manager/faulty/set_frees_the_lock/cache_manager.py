"""set deletes the lock of the caller that computes, beside the entry that it writes.

Breaks: "Of all the callers that miss at the same time, in one process or many, one calls
`compute()`; the others wait and return its value within a second of its being stored."
"""

import json
import re
import time

from redis.exceptions import LockError


class CacheManager:
    def __init__(self, client, namespace: str = "cache", default_ttl: int = 300) -> None:
        if not re.fullmatch(r"[a-zA-Z0-9_-]+", namespace):
            raise ValueError(f"invalid namespace {namespace!r}")
        if not isinstance(default_ttl, int) or default_ttl < 1:
            raise ValueError(f"invalid default_ttl {default_ttl!r}")
        self._client = client
        self._namespace = namespace
        self._default_ttl = default_ttl

    def _key(self, key: str) -> str:
        if not key:
            raise ValueError("key is empty")
        return f"{self._namespace}:v:{key}"

    def _expiry(self, ttl: int | None) -> int:
        if ttl is None:
            return self._default_ttl
        if not isinstance(ttl, int) or ttl < 1:
            raise ValueError(f"invalid ttl {ttl!r}")
        return ttl

    def set(self, key: str, value, ttl: int | None = None) -> None:
        redis_key = self._key(key)
        expiry = self._expiry(ttl)
        raw = json.dumps(value)
        with self._client.pipeline() as pipe:
            pipe.setex(redis_key, expiry, raw)
            pipe.delete(f"{self._namespace}:l:{key}")
            pipe.execute()

    def get(self, key: str, default=None):
        raw = self._client.get(self._key(key))
        if raw is None:
            return default
        return json.loads(raw)

    def delete(self, key: str) -> bool:
        return bool(self._client.delete(self._key(key)))

    def exists(self, key: str) -> bool:
        return bool(self._client.exists(self._key(key)))

    def ttl(self, key: str) -> int | None:
        remaining = self._client.ttl(self._key(key))
        return remaining if remaining >= 0 else None

    def touch(self, key: str, ttl: int | None = None) -> bool:
        return bool(self._client.expire(self._key(key), self._expiry(ttl)))

    def get_many(self, keys) -> dict:
        wanted = list(keys)
        redis_keys = [self._key(key) for key in wanted]
        if not redis_keys:
            return {}
        raws = self._client.mget(redis_keys)
        return {key: json.loads(raw) for key, raw in zip(wanted, raws, strict=True) if raw is not None}

    def set_many(self, mapping: dict, ttl: int | None = None) -> None:
        expiry = self._expiry(ttl)
        encoded = {self._key(key): json.dumps(value) for key, value in mapping.items()}
        if not encoded:
            return
        pipe = self._client.pipeline()
        for redis_key, raw in encoded.items():
            pipe.setex(redis_key, expiry, raw)
        pipe.execute()

    def get_or_compute(self, key: str, compute, ttl: int | None = None):
        redis_key = self._key(key)
        expiry = self._expiry(ttl)
        lock = self._client.lock(f"{self._namespace}:l:{key}", timeout=9)
        while True:
            raw = self._client.get(redis_key)
            if raw is not None:
                return json.loads(raw)
            if lock.acquire(blocking=False):
                break
            time.sleep(0.1)
        try:
            raw = self._client.get(redis_key)
            if raw is not None:
                return json.loads(raw)
            value = compute()
            self._client.setex(redis_key, expiry, json.dumps(value))
            return value
        finally:
            try:
                lock.release()
            except LockError:
                pass  # it ran out while we computed, and may be somebody else's by now

    def invalidate(self, pattern: str) -> int:
        deleted = 0
        for redis_key in self._client.scan_iter(match=f"{self._namespace}:v:{pattern}", count=500):
            deleted += self._client.delete(redis_key)
        return deleted
