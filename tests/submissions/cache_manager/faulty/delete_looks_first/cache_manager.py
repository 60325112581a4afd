"""delete looks whether there is an entry, and only then deletes it: two say True.

Breaks: "True where there was one."
"""

import json
import time
import uuid

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-"


class CacheManager:
    def __init__(self, client, namespace="cache", default_ttl=300):
        if namespace == "":
            raise ValueError("The namespace is empty")
        for letter in namespace:
            if letter not in LETTERS:
                raise ValueError("The namespace has a wrong letter: " + repr(letter))
        if type(default_ttl) != int or default_ttl <= 0:
            raise ValueError("default_ttl must be a whole number above 0")
        self.client = client
        self.namespace = namespace
        self.default_ttl = default_ttl

    def entry_name(self, key):
        if key == "":
            raise ValueError("The key is empty")
        return self.namespace + ":entry:" + key

    def seconds(self, ttl):
        if ttl is None:
            return self.default_ttl
        if type(ttl) != int or ttl <= 0:
            raise ValueError("ttl must be a whole number above 0")
        return ttl

    def set(self, key, value, ttl=None):
        name = self.entry_name(key)
        seconds = self.seconds(ttl)
        text = json.dumps(value)
        self.client.set(name, text, ex=seconds)

    def get(self, key, default=None):
        name = self.entry_name(key)
        text = self.client.get(name)
        if text is None:
            return default
        return json.loads(text)

    def delete(self, key):
        name = self.entry_name(key)
        if self.client.exists(name) == 0:
            return False
        self.client.delete(name)
        return True

    def exists(self, key):
        name = self.entry_name(key)
        number = self.client.exists(name)
        if number == 1:
            return True
        else:
            return False

    def ttl(self, key):
        name = self.entry_name(key)
        seconds = self.client.ttl(name)
        if seconds < 0:
            return None
        return seconds

    def touch(self, key, ttl=None):
        name = self.entry_name(key)
        seconds = self.seconds(ttl)
        return bool(self.client.expire(name, seconds))

    def get_many(self, keys):
        keys = list(keys)
        names = []
        for key in keys:
            names.append(self.entry_name(key))
        if len(names) == 0:
            return {}
        texts = self.client.mget(names)
        result = {}
        for i in range(len(keys)):
            if texts[i] is not None:
                result[keys[i]] = json.loads(texts[i])
        return result

    def set_many(self, mapping, ttl=None):
        seconds = self.seconds(ttl)
        texts = {}
        for key in mapping:
            name = self.entry_name(key)
            texts[name] = json.dumps(mapping[key])
        if len(texts) == 0:
            return
        pipeline = self.client.pipeline()
        for name in texts:
            pipeline.set(name, texts[name], ex=seconds)
        pipeline.execute()

    def get_or_compute(self, key, compute, ttl=None):
        name = self.entry_name(key)
        seconds = self.seconds(ttl)
        lock = self.namespace + ":lock:" + key
        me = str(uuid.uuid4())

        # Try to get the value or the lock until I have one of them.
        # The lock lasts 9 seconds: longer than a compute, but not for ever if I crash.
        while True:
            text = self.client.get(name)
            if text is not None:
                return json.loads(text)
            if self.client.set(lock, me, nx=True, ex=9):
                break
            time.sleep(0.1)

        try:
            # Somebody may have finished between my get and my lock.
            text = self.client.get(name)
            if text is not None:
                return json.loads(text)
            value = compute()
            self.client.set(name, json.dumps(value), ex=seconds)
            return value
        finally:
            # Only remove the lock if it is still mine.
            script = "if redis.call('get', KEYS[1]) == ARGV[1] then redis.call('del', KEYS[1]) end"
            self.client.eval(script, 1, lock, me)

    def invalidate(self, pattern):
        count = 0
        for name in self.client.scan_iter(match=self.namespace + ":entry:" + pattern, count=1000):
            count = count + self.client.delete(name)
        return count
