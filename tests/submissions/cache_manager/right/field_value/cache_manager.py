"""An entry is a hash with a field for the value and one for whoever computes it; each expires by itself."""

import json
import re
import time
from secrets import token_urlsafe

VALUE, OWNER = "value", "owner"

RELEASE = """
if redis.call('HGET', KEYS[1], 'owner') == ARGV[1] then
    redis.call('HDEL', KEYS[1], 'owner')
end
"""


class CacheManager:
    def __init__(self, client, namespace="cache", default_ttl=300):
        if not re.fullmatch(r"(?a:[\w-]+)", namespace):
            raise ValueError("namespace must match [A-Za-z0-9_-]+")
        self._db = client
        self._ns = namespace
        self._default_ttl = default_ttl
        self._check_ttl(default_ttl)
        self._release = client.register_script(RELEASE)

    def _check_ttl(self, ttl):
        if ttl is None:
            ttl = self._default_ttl
        if not isinstance(ttl, int) or ttl <= 0:
            raise ValueError("ttl must be a positive int")
        return ttl

    def _hash(self, key):
        if not key:
            raise ValueError("key must not be empty")
        return self._ns + ":" + key

    def set(self, key, value, ttl=None):
        name, ttl, text = self._hash(key), self._check_ttl(ttl), json.dumps(value)
        self._db.hsetex(name, mapping={VALUE: text}, ex=ttl)

    def get(self, key, default=None):
        text = self._db.hget(self._hash(key), VALUE)
        return json.loads(text) if text is not None else default

    def delete(self, key):
        return bool(self._db.hdel(self._hash(key), VALUE))

    def exists(self, key):
        return bool(self._db.hexists(self._hash(key), VALUE))

    def ttl(self, key):
        answer = self._db.httl(self._hash(key), VALUE)
        return answer[0] if answer and answer[0] >= 0 else None

    def touch(self, key, ttl=None):
        answer = self._db.hexpire(self._hash(key), self._check_ttl(ttl), VALUE)
        return bool(answer) and answer[0] == 1

    def get_many(self, keys):
        names = {key: self._hash(key) for key in keys}
        if not names:
            return {}
        with self._db.pipeline(transaction=False) as pipe:
            for name in names.values():
                pipe.hget(name, VALUE)
            texts = pipe.execute()
        return {key: json.loads(text) for key, text in zip(names, texts) if text is not None}

    def set_many(self, mapping, ttl=None):
        ttl = self._check_ttl(ttl)
        ready = {self._hash(key): json.dumps(value) for key, value in mapping.items()}
        with self._db.pipeline(transaction=False) as pipe:
            for name, text in ready.items():
                pipe.hsetex(name, mapping={VALUE: text}, ex=ttl)
            if ready:
                pipe.execute()

    def get_or_compute(self, key, compute, ttl=None):
        name, ttl = self._hash(key), self._check_ttl(ttl)
        me = token_urlsafe(12)
        while True:
            text = self._db.hget(name, VALUE)
            if text is not None:
                return json.loads(text)
            if self._db.execute_command("HSETEX", name, "FNX", "PX", 9000, "FIELDS", 1, OWNER, me):
                break
            time.sleep(0.2)
        try:
            text = self._db.hget(name, VALUE)
            if text is None:
                text = json.dumps(compute())
                self._db.hsetex(name, mapping={VALUE: text}, ex=ttl)
            return json.loads(text)
        finally:
            self._release([name], [me])

    def invalidate(self, pattern):
        removed = 0
        for name in self._db.scan_iter(match=f"{self._ns}:{pattern}", count=1000, _type="HASH"):
            removed += self._db.hdel(name, VALUE)
        return removed
