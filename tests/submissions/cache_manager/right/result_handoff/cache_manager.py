"""The holder hands the value to each waiter over a list of the waiter's own."""

import json
import re
import uuid

ENTER = """
local text = redis.call('GET', KEYS[1])
if text then return text end
if redis.call('SET', KEYS[2], ARGV[1], 'NX', 'EX', 9) then return '' end
redis.call('SADD', KEYS[3], ARGV[2])
redis.call('EXPIRE', KEYS[3], 20)
return nil
"""
LEAVE = """
if redis.call('GET', KEYS[2]) ~= ARGV[1] then return end
redis.call('DEL', KEYS[2])
if ARGV[3] ~= '' then redis.call('SET', KEYS[1], ARGV[3], 'EX', ARGV[2]) end
for _, inbox in ipairs(redis.call('SMEMBERS', KEYS[3])) do
  redis.call('RPUSH', inbox, ARGV[3])
  redis.call('EXPIRE', inbox, 5)
end
redis.call('DEL', KEYS[3])
"""


class CacheManager:
    def __init__(self, client, namespace="cache", default_ttl=300):
        if not re.fullmatch("[A-Za-z0-9_-]+", namespace):
            raise ValueError(f"a namespace cannot be {namespace!r}")
        self.client = client
        self.namespace = namespace
        self.default_ttl = self._check(default_ttl)
        self.enter = client.register_script(ENTER)
        self.leave = client.register_script(LEAVE)

    @staticmethod
    def _check(ttl):
        if not isinstance(ttl, int) or ttl < 1:
            raise ValueError(f"a time-to-live cannot be {ttl!r}")
        return ttl

    def _seconds(self, ttl):
        return self.default_ttl if ttl is None else self._check(ttl)

    def _name(self, key, kind="v"):
        if not key:
            raise ValueError("a key cannot be empty")
        return f"{self.namespace}:{kind}:{key}"

    def set(self, key, value, ttl=None):
        self.set_many({key: value}, ttl)

    def get(self, key, default=None):
        return self.get_many([key]).get(key, default)

    def delete(self, key):
        return self.client.unlink(self._name(key)) > 0

    def exists(self, key):
        return self.client.exists(self._name(key)) > 0

    def ttl(self, key):
        left = self.client.pttl(self._name(key))
        return None if left < 0 else left // 1000

    def touch(self, key, ttl=None):
        return bool(self.client.expire(self._name(key), self._seconds(ttl)))

    def get_many(self, keys):
        keys = list(keys)
        names = [self._name(key) for key in keys]
        if not keys:
            return {}
        return {key: json.loads(text) for key, text in zip(keys, self.client.mget(names)) if text is not None}

    def set_many(self, mapping, ttl=None):
        ttl = self._seconds(ttl)
        texts = {self._name(key): json.dumps(value) for key, value in mapping.items()}
        if texts:
            with self.client.pipeline(transaction=False) as pipe:
                for name, text in texts.items():
                    pipe.set(name, text, ex=ttl)
                pipe.execute()

    def invalidate(self, pattern):
        count = 0
        for name in self.client.scan_iter(f"{self.namespace}:v:{pattern}", count=1000):
            count += self.client.delete(name)
        return count

    def get_or_compute(self, key, compute, ttl=None):
        name, ttl = self._name(key), self._seconds(ttl)
        keys = [name, self._name(key, "lock"), self._name(key, "queue")]
        token = uuid.uuid4().hex
        inbox = self._name(token, "inbox")
        while True:
            text = self.enter(keys=keys, args=[token, inbox])
            if text == "":
                break
            if text is not None:
                return json.loads(text)
            got = self.client.blpop([inbox], timeout=0.8)
            if got and got[1]:
                return json.loads(got[1])
        text = ""
        try:
            text = json.dumps(compute())
            return json.loads(text)
        finally:
            self.leave(keys=keys, args=[token, ttl, text])
