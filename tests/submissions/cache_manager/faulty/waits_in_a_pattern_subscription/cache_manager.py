"""Who waits subscribes by PSUBSCRIBE: to that a key with a bracket is a pattern, which does not match itself."""

import json
import re
from contextlib import closing
from uuid import uuid4

# Stores (where there is something to store), gives the lock back and tells the waiters, all at once.
FINISH = """
if redis.call('GET', KEYS[2]) == ARGV[1] then
  if ARGV[2] ~= '' then
    redis.call('SET', KEYS[1], ARGV[2], 'EX', ARGV[3])
  end
  redis.call('DEL', KEYS[2])
  redis.call('PUBLISH', ARGV[4], 'done')
end
"""

LOCK_MS = 9000
# A message can be missed when its sender dies, so nobody waits longer than this before looking.
LONGEST_NAP = 3


class CacheManager:
    def __init__(self, client, namespace="cache", default_ttl=300):
        if not re.fullmatch(r"[A-Za-z0-9_-]+", namespace):
            raise ValueError(f"not a namespace: {namespace!r}")
        self.client = client
        self.namespace = namespace
        self.default_ttl = self._whole(default_ttl)
        self.finish = client.register_script(FINISH)

    @staticmethod
    def _whole(ttl):
        if not isinstance(ttl, int) or ttl <= 0:
            raise ValueError(f"not a time-to-live: {ttl!r}")
        return ttl

    def _ttl(self, ttl):
        return self.default_ttl if ttl is None else self._whole(ttl)

    def _name(self, key, kind="entry"):
        if not key:
            raise ValueError("a key must have at least one character")
        return f"{self.namespace}:{kind}:{key}"

    def set(self, key, value, ttl=None):
        name, ttl = self._name(key), self._ttl(ttl)
        self.client.set(name, json.dumps(value), ex=ttl)

    def get(self, key, default=None):
        text = self.client.get(self._name(key))
        return json.loads(text) if text is not None else default

    def delete(self, key):
        return self.client.delete(self._name(key)) != 0

    def exists(self, key):
        return self.client.exists(self._name(key)) != 0

    def ttl(self, key):
        left = self.client.ttl(self._name(key))
        return None if left < 0 else left

    def touch(self, key, ttl=None):
        name, ttl = self._name(key), self._ttl(ttl)
        return bool(self.client.expire(name, ttl))

    def get_many(self, keys):
        names = {key: self._name(key) for key in keys}
        texts = self.client.mget(names.values()) if names else []
        return {key: json.loads(text) for key, text in zip(names, texts) if text is not None}

    def set_many(self, mapping, ttl=None):
        ttl = self._ttl(ttl)
        texts = {self._name(key): json.dumps(value) for key, value in mapping.items()}
        if texts:
            pipe = self.client.pipeline()
            for name, text in texts.items():
                pipe.set(name, text, ex=ttl)
            pipe.execute()

    def get_or_compute(self, key, compute, ttl=None):
        entry, lock, channel = (self._name(key, kind) for kind in ("entry", "lock", "channel"))
        ttl = self._ttl(ttl)
        token = uuid4().hex
        text = self._hit_or_lock(entry, lock, token)
        if text is None:
            text = self._wait(entry, lock, channel, token)
        if text:
            return json.loads(text)
        try:
            value = compute()
            text = json.dumps(value)
            return value
        finally:
            self.finish(keys=[entry, lock], args=[token, text, ttl, channel])

    def _hit_or_lock(self, entry, lock, token):
        """The text of the entry, '' with the lock in hand, or None where another has the lock."""
        text = self.client.get(entry)
        if text is not None:
            return text
        if not self.client.set(lock, token, nx=True, px=LOCK_MS):
            return None
        text = self.client.get(entry)
        if text is not None:
            self.finish(keys=[entry, lock], args=[token, "", 1, ""])
            return text
        return ""

    def _wait(self, entry, lock, channel, token):
        with closing(self.client.pubsub(ignore_subscribe_messages=True)) as listener:
            listener.psubscribe(channel)
            listener.parse_response()  # from here on no message is missed
            while True:
                text = self._hit_or_lock(entry, lock, token)
                if text is not None:
                    return text
                listener.get_message(timeout=LONGEST_NAP)

    def invalidate(self, pattern):
        return sum(
            self.client.delete(name)
            for name in self.client.scan_iter(match=f"{self.namespace}:entry:{pattern}", count=1000)
        )
