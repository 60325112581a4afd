"""New values are staged under a private name and moved into place; touch restores a dump with a new deadline."""

import json
import re
import time
import uuid

TOUCH = """
local payload = redis.call('DUMP', KEYS[1])
if not payload then return 0 end
local now = redis.call('TIME')
local at = now[1] * 1000 + math.floor(now[2] / 1000) + ARGV[1] * 1000
redis.call('RESTORE', KEYS[1], string.format('%.0f', at), payload, 'REPLACE', 'ABSTTL')
return 1
"""

PUBLISH = """
if redis.call('GET', KEYS[3]) ~= ARGV[1] then
  redis.call('DEL', KEYS[1])
  return 0
end
redis.call('RENAME', KEYS[1], KEYS[2])
redis.call('DEL', KEYS[3])
return 1
"""

UNLOCK = "if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end"


class CacheManager:
    """Three kinds of keys: v (values), s (staged values) and l (locks)."""

    def __init__(self, client, namespace="cache", default_ttl=300):
        if not re.compile("[a-zA-Z0-9_-]+").fullmatch(namespace):
            raise ValueError("invalid namespace: %r" % namespace)
        self.client = client
        self.namespace = namespace
        self.default_ttl = self._valid(default_ttl)
        self._touch = client.register_script(TOUCH)
        self._publish = client.register_script(PUBLISH)
        self._unlock = client.register_script(UNLOCK)

    @staticmethod
    def _valid(ttl):
        if type(ttl) is not int or ttl < 1:
            raise ValueError("invalid ttl: %r" % ttl)
        return ttl

    def _ttl_of(self, ttl):
        return self._valid(ttl) if ttl is not None else self.default_ttl

    def _name(self, kind, key):
        if not key:
            raise ValueError("a key must not be empty")
        return ":".join((kind, self.namespace, key))

    def set(self, key, value, ttl=None):
        name, seconds, text = self._name("v", key), self._ttl_of(ttl), json.dumps(value)
        staged = self._name("s", uuid.uuid4().hex)
        with self.client.pipeline(transaction=True) as pipe:
            pipe.set(staged, text, ex=seconds).rename(staged, name).execute()

    def get(self, key, default=None):
        text = self.client.get(self._name("v", key))
        if text is None:
            return default
        return json.loads(text)

    def delete(self, key):
        return self.client.delete(self._name("v", key)) > 0

    def exists(self, key):
        return self.client.type(self._name("v", key)) != "none"

    def ttl(self, key):
        seconds = self.client.ttl(self._name("v", key))
        return seconds if seconds > -1 else None

    def touch(self, key, ttl=None):
        return self._touch(keys=[self._name("v", key)], args=[self._ttl_of(ttl)]) == 1

    def get_many(self, keys):
        names = {key: self._name("v", key) for key in keys}
        if not names:
            return {}
        pipe = self.client.pipeline(transaction=False)
        for name in names.values():
            pipe.get(name)
        return {key: json.loads(text) for key, text in zip(names, pipe.execute()) if text is not None}

    def set_many(self, mapping, ttl=None):
        seconds = self._ttl_of(ttl)
        texts = [(self._name("v", key), json.dumps(value)) for key, value in mapping.items()]
        if texts:
            pipe = self.client.pipeline(transaction=False)
            for name, text in texts:
                pipe.psetex(name, seconds * 1000, text)
            pipe.execute()

    def get_or_compute(self, key, compute, ttl=None):
        name, lock, seconds = self._name("v", key), self._name("l", key), self._ttl_of(ttl)
        me = uuid.uuid4().hex
        staged = self._name("s", me)
        pause = 0.01
        while True:
            text, got = self._look(name, lock, me)
            if text is not None:
                return json.loads(text)
            if got:
                break
            time.sleep(pause)
            pause = min(pause * 2, 0.32)
        try:
            text = json.dumps(compute())
            self.client.set(staged, text, ex=seconds)
            self._publish(keys=[staged, name, lock], args=[me])
            return json.loads(text)
        except BaseException:
            self._unlock(keys=[lock], args=[me])
            raise

    def _look(self, name, lock, me):
        """The value, or whether the lock is ours now: one step, so no value is stored between the two."""
        pipe = self.client.pipeline(transaction=True)
        pipe.get(name)
        pipe.set(lock, me, nx=True, ex=9)
        text, got = pipe.execute()
        if text is not None and got:
            self.client.delete(lock)
        return text, got

    def invalidate(self, pattern):
        if not pattern:
            return 0
        cursor, deleted = "0", 0
        while cursor != 0:
            cursor, names = self.client.scan(cursor, self._name("v", pattern), 250)
            pipe = self.client.pipeline(transaction=False)
            for name in names:
                pipe.delete(name)
            deleted += sum(pipe.execute())
        return deleted
