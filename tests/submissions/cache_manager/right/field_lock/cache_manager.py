"""One hash for each key: the value is a field of it, the lock another, and each field has its own expiry."""

import json
import re
import secrets
import time

VALUE, LOCK = "value", "lock"
CLAIM = """
local text = redis.call('HGET', KEYS[1], 'value')
if text then return {1, text} end
if redis.call('HSETEX', KEYS[1], 'FNX', 'PX', ARGV[2], 'FIELDS', 1, 'lock', ARGV[1]) == 1 then return {2, ''} end
return {0, ''}
"""
FINISH = """
if ARGV[2] ~= '' then
  redis.call('HSETEX', KEYS[1], 'EX', ARGV[2], 'FIELDS', 1, 'value', ARGV[3])
end
if redis.call('HGET', KEYS[1], 'lock') == ARGV[1] then redis.call('HDEL', KEYS[1], 'lock') end
"""
LEASE = 8_900
WAIT = 0.1


class CacheManager:
    def __init__(self, client, namespace="cache", default_ttl=300):
        if not re.match(r"[a-zA-Z0-9_-]+\Z", namespace):
            raise ValueError("namespace")
        self._client, self._space = client, namespace + "."
        self._default = self._whole(default_ttl)
        self._claim, self._finish = map(client.register_script, (CLAIM, FINISH))

    @staticmethod
    def _whole(ttl):
        if not isinstance(ttl, int) or ttl < 1:
            raise ValueError("ttl")
        return ttl

    def _ttl(self, ttl):
        return self._default if ttl is None else self._whole(ttl)

    def _hash(self, key):
        if not key:
            raise ValueError("key")
        return self._space + key

    def set(self, key, value, ttl=None):
        self.set_many({key: value}, ttl)

    def get(self, key, default=None):
        text = self._client.hget(self._hash(key), VALUE)
        return default if text is None else json.loads(text)

    def delete(self, key):
        return self._client.hdel(self._hash(key), VALUE) == 1

    def exists(self, key):
        return self._client.hexists(self._hash(key), VALUE)

    def ttl(self, key):
        [left] = self._client.httl(self._hash(key), VALUE) or [-2]
        return None if left < 0 else left

    def touch(self, key, ttl=None):
        [answer] = self._client.hexpire(self._hash(key), self._ttl(ttl), VALUE) or [-2]
        return answer == 1

    def get_many(self, keys):
        names = {key: self._hash(key) for key in keys}
        if not names:
            return {}
        pipe = self._client.pipeline(transaction=False)
        for name in names.values():
            pipe.hget(name, VALUE)
        found = zip(names, pipe.execute())
        return {key: json.loads(text) for key, text in found if text is not None}

    def set_many(self, mapping, ttl=None):
        seconds = self._ttl(ttl)
        texts = {self._hash(key): json.dumps(value) for key, value in mapping.items()}
        if texts:
            pipe = self._client.pipeline(transaction=False)
            for name, text in texts.items():
                pipe.execute_command("HSETEX", name, "EX", seconds, "FIELDS", 1, VALUE, text)
            pipe.execute()

    def get_or_compute(self, key, compute, ttl=None):
        name, seconds, token = self._hash(key), self._ttl(ttl), secrets.token_urlsafe()
        while True:
            state, text = self._claim([name], [token, LEASE])
            if state == 1:
                return json.loads(text)
            if state == 2:
                break
            time.sleep(WAIT)
        stored = ("", "")
        try:
            value = compute()
            stored = (seconds, json.dumps(value))
            return value
        finally:
            self._finish([name], [token, *stored])

    def invalidate(self, pattern):
        if not pattern:
            return 0
        cursor, gone = 0, 0
        while True:
            cursor, names = self._client.scan(cursor, match=self._space + pattern, count=1000, _type="hash")
            if names:
                pipe = self._client.pipeline(transaction=False)
                for name in names:
                    pipe.hdel(name, VALUE)
                gone += sum(pipe.execute())
            if not cursor:
                return gone
