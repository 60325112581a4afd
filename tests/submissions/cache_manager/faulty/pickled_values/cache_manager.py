"""Values are pickled, so tuples stay tuples and sets are taken.

Breaks: "The value as JSON gives it back (a dict is a dict again, a tuple a list), or `default`
where there is none or it has expired."
Breaks: "A value that `json.dumps` refuses with `TypeError` (a set, bytes, an object): `TypeError`,
the old value stays."
"""

from __future__ import annotations

import base64
import pickle
import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final
from uuid import uuid4

import redis

MISS: Final = object()
LOCK_SECONDS: Final = 9
POLL_SECONDS: Final = 0.1
COMPARE_AND_DELETE: Final = """
if redis.call('GET', KEYS[1]) == ARGV[1] then
  return redis.call('DEL', KEYS[1])
end
return 0
"""


def pack(value: Any) -> str:
    return base64.b64encode(pickle.dumps(value)).decode("ascii")


def unpack(text: str) -> Any:
    return pickle.loads(base64.b64decode(text))


@dataclass(frozen=True)
class Space:
    """A namespace, and what its keys are called on the server."""

    name: str

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[A-Za-z0-9_-]+", self.name):
            raise ValueError(f"{self.name!r} can't be a namespace")

    def entry(self, key: str) -> str:
        if not key:
            raise ValueError("the empty string can't be a key")
        return f"{self.name}:entry:{key}"

    def lock(self, key: str) -> str:
        return f"{self.name}:lock:{key}"


class CacheManager:
    def __init__(self, client: redis.Redis, namespace: str = "cache", default_ttl: int = 300) -> None:
        self._client = client
        self._space = Space(namespace)
        self._default_ttl = default_ttl
        self._seconds(default_ttl)

    def set(self, key: str, value: Any, ttl: int | None = None) -> None:
        entry, seconds = self._space.entry(key), self._seconds(ttl)
        self._client.set(entry, pack(value), ex=seconds)

    def get(self, key: str, default: Any = None) -> Any:
        text = self._client.get(self._space.entry(key))
        return default if text is None else unpack(text)

    def delete(self, key: str) -> bool:
        return self._client.delete(self._space.entry(key)) == 1

    def exists(self, key: str) -> bool:
        return self._client.exists(self._space.entry(key)) == 1

    def ttl(self, key: str) -> int | None:
        left = self._client.pttl(self._space.entry(key))
        return None if left < 0 else (left + 500) // 1000

    def touch(self, key: str, ttl: int | None = None) -> bool:
        entry, seconds = self._space.entry(key), self._seconds(ttl)
        return bool(self._client.expire(entry, seconds))

    def get_many(self, keys: Iterable[str]) -> dict[str, Any]:
        entries = {key: self._space.entry(key) for key in keys}
        if not entries:
            return {}
        texts = self._client.mget(entries.values())
        return {key: unpack(text) for key, text in zip(entries, texts, strict=True) if text is not None}

    def set_many(self, mapping: Mapping[str, Any], ttl: int | None = None) -> None:
        seconds = self._seconds(ttl)
        texts = {self._space.entry(key): pack(value) for key, value in mapping.items()}
        if not texts:
            return
        with self._client.pipeline(transaction=True) as pipe:
            pipe.mset(texts)
            for entry in texts:
                pipe.expire(entry, seconds)
            pipe.execute()

    def get_or_compute(self, key: str, compute: Callable[[], Any], ttl: int | None = None) -> Any:
        seconds = self._seconds(ttl)
        while (value := self.get(key, MISS)) is MISS:
            with self._try_lock(key) as locked:
                if not locked:
                    continue
                value = self.get(key, MISS)
                if value is MISS:
                    value = compute()
                    self.set(key, value, seconds)
                return value
        return value

    def invalidate(self, pattern: str) -> int:
        if not pattern:
            return 0
        names = self._client.scan_iter(match=self._space.entry(pattern), count=1000)
        return sum(self._client.unlink(name) for name in names)

    @contextmanager
    def _try_lock(self, key: str) -> Iterator[bool]:
        """True with the lock in hand for the block; False after a short rest where another has it."""
        name, token = self._space.lock(key), uuid4().hex
        if not self._client.set(name, token, nx=True, ex=LOCK_SECONDS):
            time.sleep(POLL_SECONDS)
            yield False
            return
        try:
            yield True
        finally:
            self._client.eval(COMPARE_AND_DELETE, 1, name, token)

    def _seconds(self, ttl: int | None) -> int:
        if ttl is None:
            return self._default_ttl
        if not isinstance(ttl, int) or ttl < 1:
            raise ValueError(f"{ttl!r} can't be a time-to-live")
        return ttl
