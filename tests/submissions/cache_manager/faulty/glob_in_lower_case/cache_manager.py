"""The glob is made lower case, the keys are not."""

import json
import re
import time
import uuid

RELEASE = """
if redis.call('HGET', KEYS[1], ARGV[1]) == ARGV[2] then
  return redis.call('HDEL', KEYS[1], ARGV[1])
end
return 0
"""


class CacheManager:
    def __init__(self, client, namespace="cache", default_ttl=300):
        if not re.fullmatch(r"[-_0-9A-Za-z]+", namespace):
            raise ValueError("namespace")
        self.client = client
        self.entries = namespace + ":entries"
        self.locks = namespace + ":locks"
        self.default_ttl = self.check_ttl(default_ttl)
        self.release = client.register_script(RELEASE)

    @staticmethod
    def check_ttl(ttl):
        if not isinstance(ttl, int) or ttl < 1:
            raise ValueError("ttl")
        return ttl

    @staticmethod
    def check_key(key):
        if key == "":
            raise ValueError("key")
        return key

    def seconds(self, ttl):
        return self.default_ttl if ttl is None else self.check_ttl(ttl)

    def hsetex(self, name, pairs, *options):
        flat = [part for pair in pairs for part in pair]
        return self.client.execute_command("HSETEX", name, *options, "FIELDS", len(pairs), *flat)

    def set(self, key, value, ttl=None):
        self.check_key(key)
        self.hsetex(self.entries, [(key, json.dumps(value))], "EX", self.seconds(ttl))

    def get(self, key, default=None):
        text = self.client.hget(self.entries, self.check_key(key))
        return default if text is None else json.loads(text)

    def delete(self, key):
        return self.client.hdel(self.entries, self.check_key(key)) == 1

    def exists(self, key):
        return bool(self.client.hexists(self.entries, self.check_key(key)))

    def ttl(self, key):
        self.check_key(key)
        left = self.client.execute_command("HPTTL", self.entries, "FIELDS", 1, key)[0]
        return None if left < 0 else round(left / 1000)

    def touch(self, key, ttl=None):
        self.check_key(key)
        seconds = self.seconds(ttl)
        return self.client.execute_command("HEXPIRE", self.entries, seconds, "FIELDS", 1, key) == [1]

    def get_many(self, keys):
        keys = [self.check_key(key) for key in keys]
        if not keys:
            return {}
        texts = self.client.hmget(self.entries, keys)
        return {key: json.loads(text) for key, text in zip(keys, texts) if text is not None}

    def set_many(self, mapping, ttl=None):
        seconds = self.seconds(ttl)
        pairs = [(self.check_key(key), json.dumps(value)) for key, value in mapping.items()]
        if pairs:
            self.hsetex(self.entries, pairs, "EX", seconds)

    def get_or_compute(self, key, compute, ttl=None):
        self.check_key(key)
        seconds = self.seconds(ttl)
        token = uuid.uuid4().hex
        while True:
            text = self.client.hget(self.entries, key)
            if text is not None:
                return json.loads(text)
            if self.hsetex(self.locks, [(key, token)], "FNX", "PX", 9000):
                break
            time.sleep(0.1)
        try:
            text = self.client.hget(self.entries, key)
            if text is not None:
                return json.loads(text)
            value = compute()
            self.hsetex(self.entries, [(key, json.dumps(value))], "EX", seconds)
            return value
        finally:
            self.release(keys=[self.locks], args=[key, token])

    def invalidate(self, pattern):
        if pattern == "":
            return 0
        count = 0
        for key in list(
            self.client.hscan_iter(self.entries, match=pattern.lower(), count=500, no_values=True)
        ):
            count += self.client.hdel(self.entries, key)
        return count
