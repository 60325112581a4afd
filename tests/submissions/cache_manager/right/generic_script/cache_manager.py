"""One script does everything: it is handed commands, as JSON, and makes them; times are absolute."""

import json
import re
import time
import uuid

RUN = """
local replies = {}
for i, command in ipairs(cjson.decode(ARGV[1])) do replies[i] = redis.call(unpack(command)) end
return replies
"""
UNLOCK = "if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end"


class CacheManager:
    def __init__(self, client, namespace="cache", default_ttl=300):
        if not re.fullmatch("[A-Za-z0-9_-]+", namespace):
            raise ValueError("namespace")
        self.client, self.space, self.default_ttl = client, namespace, default_ttl
        self._end(None)
        self._script = client.register_script(RUN)

    def _run(self, *commands):
        return self._script(args=[json.dumps([list(map(str, command)) for command in commands])])

    def _end(self, ttl):
        ttl = self.default_ttl if ttl is None else ttl
        if not isinstance(ttl, int) or ttl < 1:
            raise ValueError("ttl")
        return int((time.time() + ttl) * 1000)

    def _entry(self, key):
        if not key:
            raise ValueError("key")
        return f"{self.space}|{key}"

    def set(self, key, value, ttl=None):
        self.set_many({key: value}, ttl)

    def get(self, key, default=None):
        text = self.client.get(self._entry(key))
        return default if text is None else json.loads(text)

    def delete(self, key):
        return self._run(["DEL", self._entry(key)])[0]

    def exists(self, key):
        return self._run(["EXISTS", self._entry(key)])[0]

    def ttl(self, key):
        [left] = self._run(["TTL", self._entry(key)])
        return None if left < 0 else left

    def touch(self, key, ttl=None):
        return self._run(["PEXPIREAT", self._entry(key), self._end(ttl)])[0]

    def get_many(self, keys):
        names = {key: self._entry(key) for key in keys}
        texts = self.client.mget(list(names.values())) if names else []
        return {key: json.loads(text) for key, text in zip(names, texts) if text is not None}

    def set_many(self, mapping, ttl=None):
        end = self._end(ttl)
        commands = [
            ["SET", self._entry(key), json.dumps(value), "PXAT", end] for key, value in mapping.items()
        ]
        if commands:
            self._run(*commands)

    def get_or_compute(self, key, compute, ttl=None):
        entry = self._entry(key)
        self._end(ttl)
        lock, token = f"{self.space}&{key}", uuid.uuid4().hex
        while (text := self.client.get(entry)) is None:
            if self.client.set(lock, token, nx=True, ex=9):
                try:
                    if (text := self.client.get(entry)) is not None:
                        break
                    value = compute()
                    self.set(key, value, ttl)
                    return value
                finally:
                    self.client.eval(UNLOCK, 1, lock, token)
            time.sleep(0.2)
        return json.loads(text)

    def invalidate(self, pattern):
        gone = 0
        for name in self.client.scan_iter(f"{self.space}|{pattern}", count=1000) if pattern else ():
            gone += self._run(["DEL", name])[0]
        return gone
