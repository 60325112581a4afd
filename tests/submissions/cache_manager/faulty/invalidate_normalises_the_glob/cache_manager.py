"""invalidate normalises the glob.

Breaks: "used as they are: no trimming, no change of case, no normalising."
"""

import unicodedata
import json
import re
import time
import uuid
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import redis

# Longer than the 8 s that a compute may take, shorter than the 10 s that the death of a caller may cost
# the others. The server drops the lock by itself when nobody is left to release it.
LOCK_SECONDS = 9
# A waiting caller looks again this often; it has a second from the moment at which the value is stored.
POLL_SECONDS = 0.25
# How many keys one step of a walk looks at.
SCAN_COUNT = 1000

# Ends a computation in one step: whoever still holds the lock stores the value, if there is one, and
# releases. Whoever lost the lock changes nothing: both lock and value are now the successor's affair.
FINISH = """
if redis.call('GET', KEYS[2]) ~= ARGV[1] then
    return 0
end
if ARGV[2] then
    redis.call('SET', KEYS[1], ARGV[2], 'EX', ARGV[3])
end
return redis.call('DEL', KEYS[2])
"""


class CacheManager:
    """JSON values by key, within a namespace; each expires."""

    def __init__(self, client: redis.Redis, namespace: str = "cache", default_ttl: int = 300) -> None:
        # fullmatch, because `$` would let a trailing newline pass.
        if not re.fullmatch("[A-Za-z0-9_-]+", namespace):
            raise ValueError(f"a namespace is made of A-Z a-z 0-9 _ -, not {namespace!r}")
        self._client = client
        self._namespace = namespace
        self._default_ttl = default_ttl
        self._seconds(default_ttl)
        self._finish = client.register_script(FINISH)

    def set(self, key: str, value: Any, ttl: int | None = None) -> None:
        """Store a JSON value for ``ttl`` seconds, in place of what was there."""
        self._client.set(self._entry(key), json.dumps(value), ex=self._seconds(ttl))

    def get(self, key: str, default: Any = None) -> Any:
        """The value, or ``default`` where there is none."""
        text = self._client.get(self._entry(key))
        return default if text is None else json.loads(text)

    def delete(self, key: str) -> bool:
        """Whether there was an entry; there is none now."""
        return bool(self._client.delete(self._entry(key)))

    def exists(self, key: str) -> bool:
        """Whether there is an entry."""
        return bool(self._client.exists(self._entry(key)))

    def ttl(self, key: str) -> int | None:
        """Seconds left, or None where there is no entry."""
        seconds = self._client.ttl(self._entry(key))
        return None if seconds < 0 else seconds

    def touch(self, key: str, ttl: int | None = None) -> bool:
        """Restart the time-to-live; False where there is no entry."""
        return bool(self._client.expire(self._entry(key), self._seconds(ttl)))

    def get_many(self, keys: Iterable[str]) -> dict[str, Any]:
        """The entries that exist, by key, in one round trip."""
        entries = {key: self._entry(key) for key in keys}
        if not entries:
            return {}
        texts = self._client.mget(entries.values())
        return {key: json.loads(text) for key, text in zip(entries, texts, strict=True) if text is not None}

    def set_many(self, mapping: Mapping[str, Any], ttl: int | None = None) -> None:
        """Store all values, each with its expiry, in one round trip."""
        seconds = self._seconds(ttl)
        # Everything is checked and encoded before the first command is queued.
        texts = {self._entry(key): json.dumps(value) for key, value in mapping.items()}
        # No transaction: each SET carries its own expiry, so a batch cut in half leaves nothing wrong.
        pipeline = self._client.pipeline(transaction=False)
        for entry, text in texts.items():
            pipeline.set(entry, text, ex=seconds)
        pipeline.execute()

    def get_or_compute(self, key: str, compute: Callable[[], Any], ttl: int | None = None) -> Any:
        """The value; where there is none, one caller computes and stores it while the others wait."""
        entry, lock, seconds = self._entry(key), f"{self._namespace}:lock:{key}", self._seconds(ttl)
        # The token says whose lock it is: a caller that was too slow must not release its successor's.
        token = uuid.uuid4().hex
        while True:
            text = self._client.get(entry)
            if text is not None:
                return json.loads(text)
            if self._client.set(lock, token, nx=True, ex=LOCK_SECONDS):
                break
            time.sleep(POLL_SECONDS)
        result: list[Any] = []
        try:
            # Another caller may have stored the value between our look and our lock.
            text = self._client.get(entry)
            if text is None:
                text = json.dumps(compute())
                result = [text, seconds]
        finally:
            # Whatever compute raised, KeyboardInterrupt included, the lock goes and the next may try.
            self._finish(keys=[entry, lock], args=[token, *result])
        return json.loads(text)

    def invalidate(self, pattern: str) -> int:
        """Delete the entries whose key matches the glob; how many this call deleted."""
        deleted = 0
        pattern = unicodedata.normalize("NFC", pattern)
        batch: list[str] = []
        # The locks lie under another prefix, so the walk never sees one.
        match = f"{self._namespace}:entry:{pattern}"
        for entry in self._client.scan_iter(match=match, count=SCAN_COUNT):
            batch.append(entry)
            if len(batch) == SCAN_COUNT:
                deleted += self._client.unlink(*batch)
                batch.clear()
        if batch:
            deleted += self._client.unlink(*batch)
        return deleted

    def _entry(self, key: str) -> str:
        """The name under which an entry lies; a namespace holds no colon, so no two names collide."""
        if not key:
            raise ValueError("a key can't be empty")
        return f"{self._namespace}:entry:{key}"

    def _seconds(self, ttl: int | None) -> int:
        """The time-to-live to use, in seconds."""
        seconds = self._default_ttl if ttl is None else ttl
        if not isinstance(seconds, int) or seconds < 1:
            raise ValueError(f"a time-to-live is a whole number of seconds above 0, not {seconds!r}")
        return seconds
