"""The flag that a compute is through stays for two seconds, and waiters of the next one believe
it.

Breaks: "Of all the callers that miss at the same time, in one process or many, one calls
`compute()`; the others wait and return its value within a second of its being stored."
"""

import json
import re
import time
import uuid

# KEYS: entry, lock. ARGV: token, milliseconds that the lock lasts.
GET_OR_LOCK = """
local text = redis.call('GET', KEYS[1])
if text then
  return {'hit', text}
end
if redis.call('SET', KEYS[2], ARGV[1], 'NX', 'PX', ARGV[2]) then
  return {'mine'}
end
return {'busy'}
"""

# KEYS: entry, lock. ARGV: token, text, seconds. A caller that lost its lock stores nothing.
STORE_AND_UNLOCK = """
if redis.call('GET', KEYS[2]) == ARGV[1] then
  redis.call('SET', KEYS[1], ARGV[2], 'EX', ARGV[3])
  redis.call('DEL', KEYS[2])
  redis.call('SET', KEYS[3], '1', 'EX', 2)
end
"""

UNLOCK = """
if redis.call('GET', KEYS[1]) == ARGV[1] then
  redis.call('DEL', KEYS[1])
end
"""

INVALIDATE = """
local cursor, count = '0', 0
repeat
  local page = redis.call('SCAN', cursor, 'MATCH', ARGV[1], 'COUNT', 500)
  cursor = page[1]
  for _, name in ipairs(page[2]) do
    count = count + redis.call('DEL', name)
  end
until cursor == '0'
return count
"""

LOCK_MS = 9_000
MISSING = object()
POLL_SECONDS = 0.05


class CacheManager:
    def __init__(self, client, namespace="cache", default_ttl=300):
        if not re.fullmatch("[A-Za-z0-9_-]+", namespace):
            raise ValueError(f"bad namespace: {namespace!r}")
        self.client = client
        self.namespace = namespace
        self.default_ttl = self._seconds(default_ttl)
        self._get_or_lock = client.register_script(GET_OR_LOCK)
        self._store_and_unlock = client.register_script(STORE_AND_UNLOCK)
        self._unlock = client.register_script(UNLOCK)
        self._invalidate = client.register_script(INVALIDATE)

    def _name(self, key):
        if not key:
            raise ValueError("a key must not be empty")
        return f"{self.namespace}:{key}"

    def _lock_name(self, key):
        # A dot can't be in a namespace, so no entry of any namespace starts like this.
        return f".lock:{self.namespace}:{key}"

    def _seconds(self, ttl):
        if ttl is None:
            return self.default_ttl
        if not isinstance(ttl, int) or ttl < 1:
            raise ValueError(f"bad time-to-live: {ttl!r}")
        return ttl

    def set(self, key, value, ttl=None):
        name, seconds = self._name(key), self._seconds(ttl)
        self.client.set(name, json.dumps(value), ex=seconds)

    def get(self, key, default=None):
        text = self.client.get(self._name(key))
        return default if text is None else json.loads(text)

    def delete(self, key):
        return bool(self.client.delete(self._name(key)))

    def exists(self, key):
        return bool(self.client.exists(self._name(key)))

    def ttl(self, key):
        left = self.client.pttl(self._name(key))
        return None if left == -2 else left // 1000

    def touch(self, key, ttl=None):
        name, seconds = self._name(key), self._seconds(ttl)
        return bool(self.client.expire(name, seconds))

    def get_many(self, keys):
        names = {key: self._name(key) for key in keys}
        if not names:
            return {}
        texts = self.client.mget(list(names.values()))
        return {key: json.loads(text) for key, text in zip(names, texts) if text is not None}

    def set_many(self, mapping, ttl=None):
        seconds = self._seconds(ttl)
        texts = {self._name(key): json.dumps(value) for key, value in mapping.items()}
        if not texts:
            return
        # Each SET carries its expiry, so the pipeline needs no MULTI.
        with self.client.pipeline(transaction=False) as pipe:
            for name, text in texts.items():
                pipe.set(name, text, ex=seconds)
            pipe.execute()

    def get_or_compute(self, key, compute, ttl=None):
        name, lock, seconds = self._name(key), self._lock_name(key), self._seconds(ttl)
        token = uuid.uuid4().hex
        done = f".done:{self.namespace}:{key}"
        while True:
            state, *rest = self._get_or_lock(keys=[name, lock], args=[token, LOCK_MS])
            if state == "hit":
                return json.loads(rest[0])
            if state == "mine":
                break
            while self.client.exists(lock) and not self.client.exists(done):
                time.sleep(POLL_SECONDS)
            value = self.get(key, MISSING)
            if value is not MISSING:
                return value
            if self.client.exists(done):
                return compute()
        try:
            value = compute()
            text = json.dumps(value)
        except BaseException:
            self._unlock(keys=[lock], args=[token])
            raise
        self._store_and_unlock(keys=[name, lock, done], args=[token, text, seconds])
        return value

    def invalidate(self, pattern):
        return self._invalidate(args=[f"{self.namespace}:{pattern}"])
