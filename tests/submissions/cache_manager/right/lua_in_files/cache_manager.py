"""The scripts lie in files beside this one; tokens are uuid1, what happens is logged with its time."""

from __future__ import annotations

import json
import logging
import re
import time
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Final

import redis

logging.basicConfig(level=logging.DEBUG, format="%(asctime)s %(levelname)s %(name)s %(message)s")
log = logging.getLogger(__name__)

_SCRIPTS: Final = Path(__file__).resolve().parent / "scripts"
_NAMESPACE: Final = re.compile(r"[A-Za-z0-9_\-]+")
_LOCK_MS: Final = 9_500
_POLL: Final = 0.1


@dataclass(slots=True)
class CacheManager:
    client: redis.Redis
    namespace: str = "cache"
    default_ttl: int = 300
    _pause: ClassVar = time.sleep
    _acquire: Any = field(init=False, repr=False)
    _finish: Any = field(init=False, repr=False)

    def __post_init__(self) -> None:
        if _NAMESPACE.fullmatch(self.namespace) is None:
            raise ValueError(f"invalid namespace {self.namespace!r}")
        self._check(self.default_ttl)
        self._acquire = self.client.register_script((_SCRIPTS / "acquire.lua").read_text("utf-8"))
        self._finish = self.client.register_script((_SCRIPTS / "finish.lua").read_text("utf-8"))

    @staticmethod
    def _check(ttl) -> int:
        if not isinstance(ttl, int) or ttl <= 0:
            raise ValueError(f"ttl must be a positive whole number, got {ttl!r}")
        return ttl

    def _seconds(self, ttl) -> int:
        return self.default_ttl if ttl is None else self._check(ttl)

    def _entry(self, key: str) -> str:
        if not key:
            raise ValueError("empty key")
        return f"{self.namespace}:e:{key}"

    def _lock(self, key: str) -> str:
        return f"{self.namespace}:l:{key}"

    def set(self, key, value, ttl=None):
        name, seconds, text = self._entry(key), self._seconds(ttl), json.dumps(value)
        log.debug("set %r for %d s (%d characters)", name, seconds, len(text))
        self.client.setex(name, seconds, text)

    def get(self, key, default=None):
        text = self.client.get(self._entry(key))
        log.debug("get %r: %s", key, "miss" if text is None else "hit")
        return default if text is None else json.loads(text)

    def delete(self, key):
        return self.client.unlink(self._entry(key)) == 1

    def exists(self, key):
        return self.client.exists(self._entry(key)) == 1

    def ttl(self, key):
        ms = self.client.pttl(self._entry(key))
        return None if ms < 0 else round(ms / 1000)

    def touch(self, key, ttl=None):
        return bool(self.client.pexpire(self._entry(key), self._seconds(ttl) * 1000))

    def get_many(self, keys: Iterable[str]) -> dict[str, Any]:
        names = {key: self._entry(key) for key in keys}
        log.debug("get %d keys", len(names))
        if not names:
            return {}
        texts = self.client.mget(list(names.values()))
        return {k: json.loads(t) for k, t in zip(names, texts) if t is not None}

    def set_many(self, mapping: Mapping[str, Any], ttl=None) -> None:
        seconds = self._seconds(ttl)
        rows = [(self._entry(k), json.dumps(v)) for k, v in mapping.items()]
        if rows:
            with self.client.pipeline(transaction=False) as pipe:
                for name, text in rows:
                    pipe.setex(name, seconds, text)
                pipe.execute()

    def get_or_compute(self, key: str, compute: Callable[[], Any], ttl=None) -> Any:
        names, seconds = [self._entry(key), self._lock(key)], self._seconds(ttl)
        token = str(uuid.uuid1())
        while True:
            state, text = self._acquire(keys=names, args=[token, _LOCK_MS])
            if state == "hit":
                return json.loads(text)
            if state == "mine":
                break
            log.debug("waiting for %r", key)
            self._pause(_POLL)
        args = [token]
        try:
            value = compute()
            args += [json.dumps(value), seconds]
            return value
        finally:
            log.info("finish %r: %s", key, "stored" if len(args) > 1 else "failed")
            self._finish(keys=names, args=args)

    def invalidate(self, pattern: str) -> int:
        if not pattern:
            return 0
        count = 0
        for name in self.client.scan_iter(match=f"{self.namespace}:e:{pattern}", count=500):
            count += self.client.unlink(name)
        return count
