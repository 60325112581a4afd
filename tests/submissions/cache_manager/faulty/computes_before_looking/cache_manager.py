"""compute is called before the cache is asked.

Breaks: "A hit (a stored `None` too) returns without calling `compute()`."
Breaks: "Of all the callers that miss at the same time, in one process or many, one calls
`compute()`; the others wait and return its value within a second of its being stored."
"""

import json

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
        number = self.client.delete(name)
        if number == 1:
            return True
        else:
            return False

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
        value = compute()
        if self.client.set(name, json.dumps(value), ex=seconds, nx=True):
            return value
        return self.get(key)

    def invalidate(self, pattern):
        count = 0
        for name in self.client.scan_iter(match=self.namespace + ":entry:" + pattern, count=1000):
            count = count + self.client.delete(name)
        return count
