"""A caller writes its thread and moment into the lock, and has it where it reads them back."""

import json
import re
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

COMPARE_AND_DELETE = (
    "if redis.call('GET',KEYS[1])==ARGV[1] then return redis.call('DEL',KEYS[1]) end return 0"
)


class CacheManager:
    def __init__(self, client, namespace: str = "cache", default_ttl: int = 300):
        if re.fullmatch(r"[A-Za-z0-9_-]+", namespace) is None:
            raise ValueError("bad namespace")
        self.client = client
        self.namespace = namespace
        self.default_ttl = _ttl(default_ttl)

    def _entry(self, key: str) -> str:
        if not key:
            raise ValueError("empty key")
        return f"{self.namespace}:entry:{key}"

    def set(self, key: str, value: Any, ttl: int | None = None) -> None:
        name = self._entry(key)
        seconds = _ttl(self.default_ttl if ttl is None else ttl)
        self.client.set(name, json.dumps(value), ex=seconds)

    def get(self, key: str, default: Any = None) -> Any:
        text = self.client.get(self._entry(key))
        return default if text is None else json.loads(text)

    def delete(self, key: str) -> bool:
        return bool(self.client.delete(self._entry(key)))

    def exists(self, key: str) -> bool:
        return bool(self.client.exists(self._entry(key)))

    def ttl(self, key: str) -> int | None:
        left = self.client.ttl(self._entry(key))
        return None if left < 0 else left

    def touch(self, key: str, ttl: int | None = None) -> bool:
        name = self._entry(key)
        return bool(self.client.expire(name, _ttl(self.default_ttl if ttl is None else ttl)))

    def get_many(self, keys: Iterable[str]) -> dict[str, Any]:
        names = {key: self._entry(key) for key in keys}
        if not names:
            return {}
        return {k: json.loads(v) for k, v in zip(names, self.client.mget(*names.values())) if v is not None}

    def set_many(self, mapping: Mapping[str, Any], ttl: int | None = None) -> None:
        seconds = _ttl(self.default_ttl if ttl is None else ttl)
        texts = {self._entry(k): json.dumps(v) for k, v in mapping.items()}
        if texts:
            pipe = self.client.pipeline(transaction=False)
            for name, text in texts.items():
                pipe.set(name, text, ex=seconds)
            pipe.execute()

    def get_or_compute(self, key: str, compute: Callable[[], Any], ttl: int | None = None) -> Any:
        name = self._entry(key)
        seconds = _ttl(self.default_ttl if ttl is None else ttl)
        lock, token = f"{self.namespace}:lock:{key}", f"{threading.get_ident()}-{time.time_ns()}"
        while True:
            text = self.client.get(name)
            if text is not None:
                return json.loads(text)
            with self.client.pipeline() as pipe:
                owner = pipe.set(lock, token, nx=True, px=9000).get(lock).execute()[1]
            if owner == token:
                break
            time.sleep(0.05)
        try:
            text = self.client.get(name)
            if text is not None:
                return json.loads(text)
            value = compute()
            self.client.set(name, json.dumps(value), ex=seconds)
            return value
        finally:
            self.client.eval(COMPARE_AND_DELETE, 1, lock, token)

    def invalidate(self, pattern: str) -> int:
        if not pattern:
            return 0
        found = self.client.scan_iter(f"{self.namespace}:entry:{pattern}")
        return sum(self.client.delete(name) for name in found)


def _ttl(seconds):
    if not isinstance(seconds, int) or seconds < 1:
        raise ValueError(f"ttl: {seconds!r}")
    return seconds
