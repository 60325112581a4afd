"""A placeholder lies in the entry while compute() runs, and touch takes it for an entry.

Breaks: "Restarts the time-to-live, keeps the value; False where there is no entry, and none is
made."
"""

import json
import time
import uuid

PLACEHOLDER = "?"  # before the token of the caller that computes; no JSON begins so
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
        if text is None or text.startswith(PLACEHOLDER):
            return default
        return json.loads(text)

    def delete(self, key):
        name = self.entry_name(key)
        number = self.delete_entry(name)
        if number == 1:
            return True
        else:
            return False

    def delete_entry(self, name):
        script = """
            local text = redis.call('get', KEYS[1])
            if text and string.sub(text, 1, 1) ~= '?' then return redis.call('del', KEYS[1]) end
            return 0
        """
        return self.client.eval(script, 1, name)

    def exists(self, key):
        name = self.entry_name(key)
        text = self.client.get(name)
        return text is not None and not text.startswith(PLACEHOLDER)

    def ttl(self, key):
        name = self.entry_name(key)
        script = """
            local text = redis.call('get', KEYS[1])
            if text and string.sub(text, 1, 1) ~= '?' then return redis.call('ttl', KEYS[1]) end
            return -2
        """
        seconds = self.client.eval(script, 1, name)
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
            if texts[i] is not None and not texts[i].startswith(PLACEHOLDER):
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
        me = PLACEHOLDER + str(uuid.uuid4())

        # Try to get the value or the lock until I have one of them.
        # The lock lasts 9 seconds: longer than a compute, but not for ever if I crash.
        while True:
            text = self.client.get(name)
            if text is not None and not text.startswith(PLACEHOLDER):
                return json.loads(text)
            if self.client.set(name, me, nx=True, ex=9):
                break
            time.sleep(0.1)

        try:
            value = compute()
            text = json.dumps(value)
            script = """
                if redis.call('get', KEYS[1]) == ARGV[1] then
                    redis.call('set', KEYS[1], ARGV[2], 'ex', ARGV[3])
                end
            """
            self.client.eval(script, 1, name, me, text, seconds)
            return value
        finally:
            # Only remove the lock if it is still mine.
            script = "if redis.call('get', KEYS[1]) == ARGV[1] then redis.call('del', KEYS[1]) end"
            self.client.eval(script, 1, name, me)

    def invalidate(self, pattern):
        count = 0
        for name in self.client.scan_iter(match=self.namespace + ":entry:" + pattern, count=1000):
            count = count + self.delete_entry(name)
        return count
