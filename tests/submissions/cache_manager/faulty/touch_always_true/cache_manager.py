"""touch answers True where there was no entry.

Breaks: "Restarts the time-to-live, keeps the value; False where there is no entry, and none is
made."
"""

import json
import re
import time
import uuid

# Every script begins with the time in milliseconds.
NOW = """
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
"""

STORE = (
    NOW
    + """
for i, name in ipairs(KEYS) do
  redis.call('SET', name, ARGV[i + 1], 'PXAT', string.format('%.0f', now + ARGV[1] * 1000))
end
"""
)

TOUCH = NOW + "return redis.call('PEXPIREAT', KEYS[1], string.format('%.0f', now + ARGV[1] * 1000))"

LEFT = (
    NOW
    + """
local moment = redis.call('PEXPIRETIME', KEYS[1])
if moment < 0 then
  return -1
end
return math.max(0, math.ceil((moment - now) / 1000))
"""
)

LOCK = NOW + "return redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PXAT', string.format('%.0f', now + 9000))"

UNLOCK = "if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end"


class CacheManager:
    def __init__(self, client, namespace="cache", default_ttl=300):
        if not re.fullmatch(r"[A-Za-z0-9_-]+", namespace):
            raise ValueError(f"no namespace: {namespace!r}")
        self.client = client
        self.namespace = namespace
        self.default_ttl = self._seconds(default_ttl)
        self._store = client.register_script(STORE)
        self._touch = client.register_script(TOUCH)
        self._left = client.register_script(LEFT)
        self._lock = client.register_script(LOCK)
        self._unlock = client.register_script(UNLOCK)

    def _seconds(self, ttl):
        if ttl is None:
            return self.default_ttl
        if not isinstance(ttl, int) or ttl < 1:
            raise ValueError(f"no time-to-live: {ttl!r}")
        return ttl

    def _entry(self, key):
        if key == "":
            raise ValueError("no key: ''")
        return f"{self.namespace}:entry:{key}"

    def set(self, key, value, ttl=None):
        self.set_many({key: value}, ttl)

    def set_many(self, mapping, ttl=None):
        seconds = self._seconds(ttl)
        entries = [self._entry(key) for key in mapping]
        texts = [json.dumps(value) for value in mapping.values()]
        if entries:
            self._store(keys=entries, args=[seconds, *texts])

    def get(self, key, default=None):
        text = self.client.get(self._entry(key))
        return default if text is None else json.loads(text)

    def get_many(self, keys):
        keys = list(keys)
        entries = [self._entry(key) for key in keys]
        if not entries:
            return {}
        texts = self.client.mget(entries)
        return {key: json.loads(text) for key, text in zip(keys, texts) if text is not None}

    def delete(self, key):
        return bool(self.client.delete(self._entry(key)))

    def exists(self, key):
        return bool(self.client.exists(self._entry(key)))

    def ttl(self, key):
        left = self._left(keys=[self._entry(key)])
        return None if left < 0 else left

    def touch(self, key, ttl=None):
        entry, seconds = self._entry(key), self._seconds(ttl)
        self._touch(keys=[entry], args=[seconds])
        return True

    def get_or_compute(self, key, compute, ttl=None):
        entry, seconds = self._entry(key), self._seconds(ttl)
        lock = f"{self.namespace}:lock:{key}"
        token = uuid.uuid4().hex
        while True:
            text = self.client.get(entry)
            if text is not None:
                return json.loads(text)
            if self._lock(keys=[lock], args=[token]):
                break
            time.sleep(0.1)
        try:
            text = self.client.get(entry)
            if text is not None:
                return json.loads(text)
            value = compute()
            self._store(keys=[entry], args=[seconds, json.dumps(value)])
            return value
        finally:
            self._unlock(keys=[lock], args=[token])

    def invalidate(self, pattern):
        names = self.client.scan_iter(match=f"{self.namespace}:entry:{pattern}", count=500)
        return sum(self.client.delete(name) for name in names)
