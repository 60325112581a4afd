"""invalidate takes the list that wakes waiters for an entry, and counts it.

Breaks: "Only entries are counted and deleted: a lock is not one, so invalidating during a compute
starts no second one."
"""

import fnmatch
import json
import os
import re

ENTRY, LOCK, BELL = "entry", "lock", "bell"
LOCK_MS = 9_000
BELL_MS = 2_000
PATIENCE = 0.5  # seconds in one BLPOP, after which a waiter looks for itself

TAKE = """
local text = redis.call('GET', KEYS[1])
if text then
  return text
end
if redis.call('SET', KEYS[2], ARGV[1], 'NX', 'PX', ARGV[2]) then
  redis.call('DEL', KEYS[3])
  return ''
end
return false
"""

GIVE_BACK = """
if redis.call('GET', KEYS[1]) == ARGV[1] then
  redis.call('DEL', KEYS[1])
  redis.call('RPUSH', KEYS[2], 'ring')
  redis.call('PEXPIRE', KEYS[2], ARGV[2])
end
"""


class CacheManager:
    def __init__(self, client, namespace="cache", default_ttl=300):
        if not re.fullmatch(r"[A-Za-z0-9_-]+", namespace):
            raise ValueError(f"invalid namespace: {namespace!r}")
        self.client = client
        self.namespace = namespace
        self.default_ttl = default_ttl
        self.resolve(default_ttl)
        self.take = client.register_script(TAKE)
        self.give_back = client.register_script(GIVE_BACK)

    def name(self, key, kind=ENTRY):
        if key == "":
            raise ValueError("the key is the empty string")
        return ":".join((self.namespace, kind, key))

    def resolve(self, ttl):
        ttl = self.default_ttl if ttl is None else ttl
        if isinstance(ttl, int) and ttl >= 1:
            return ttl
        raise ValueError(f"invalid time-to-live: {ttl!r}")

    def set(self, key, value, ttl=None):
        self.set_many({key: value}, ttl)

    def set_many(self, mapping, ttl=None):
        ttl = self.resolve(ttl)
        texts = [(self.name(key), json.dumps(value, ensure_ascii=False)) for key, value in mapping.items()]
        if not texts:
            return
        pipe = self.client.pipeline()
        for name, text in texts:
            pipe.set(name, text, px=ttl * 1000)
        pipe.execute()

    def get(self, key, default=None):
        text = self.client.get(self.name(key))
        return default if text is None else json.loads(text)

    def get_many(self, keys):
        keys = list(keys)
        pipe = self.client.pipeline(transaction=False)
        for key in keys:
            pipe.get(self.name(key))
        if not keys:
            return {}
        return {key: json.loads(text) for key, text in zip(keys, pipe.execute()) if text is not None}

    def delete(self, key):
        return self.client.delete(self.name(key)) == 1

    def exists(self, key):
        return self.client.exists(self.name(key)) == 1

    def ttl(self, key):
        milliseconds = self.client.pttl(self.name(key))
        return None if milliseconds < 0 else round(milliseconds / 1000)

    def touch(self, key, ttl=None):
        return bool(self.client.pexpire(self.name(key), self.resolve(ttl) * 1000))

    def get_or_compute(self, key, compute, ttl=None):
        entry, lock, bell = self.name(key), self.name(key, LOCK), self.name(key, BELL)
        ttl = self.resolve(ttl)
        token = os.urandom(12).hex()
        while (text := self.take([entry, lock, bell], [token, LOCK_MS])) is None:
            self._wait_for(bell)
        if text:
            return json.loads(text)
        try:
            value = compute()
            self.client.set(entry, json.dumps(value, ensure_ascii=False), ex=ttl)
            return value
        finally:
            self.give_back([lock, bell], [token, BELL_MS])

    def _wait_for(self, bell):
        if self.client.blpop([bell], timeout=PATIENCE):
            # There may be more of us: pass it on. If I die before that, they wait PATIENCE out.
            with self.client.pipeline(transaction=True) as pipe:
                pipe.rpush(bell, "ring")
                pipe.pexpire(bell, BELL_MS)
                pipe.execute()

    def invalidate(self, pattern):
        count = 0
        for name in self.client.scan_iter(match=f"{self.namespace}:*", count=1000):
            _, kind, key = name.split(":", 2)
            if kind != LOCK and fnmatch.fnmatchcase(key, pattern):
                count += self.client.unlink(name)
        return count
