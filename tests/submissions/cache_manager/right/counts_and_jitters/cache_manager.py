"""A thread that writes down how often there was a hit, every few seconds, and callers that don't rush for a lock."""

import collections
import json
import random
import re
import threading
import time
import uuid

FREE = "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0"
LINE_SECONDS = 5
counts = collections.Counter()


def write_lines():
    while True:
        time.sleep(LINE_SECONDS)
        print(f"hits: {counts['hits']}, misses: {counts['misses']}")


class CacheManager:
    writer = None

    def __init__(self, client, namespace="cache", default_ttl=300):
        if not re.fullmatch(r"[A-Za-z0-9_-]+", namespace):
            raise ValueError(f"namespace {namespace!r}")
        self.client, self.prefix = client, namespace + "/"
        self.default_ttl = self.checked(default_ttl)
        if CacheManager.writer is None:
            CacheManager.writer = threading.Thread(target=write_lines, daemon=True)
            CacheManager.writer.start()

    @staticmethod
    def checked(ttl):
        if ttl != int(ttl) or ttl < 1:
            raise ValueError(f"ttl {ttl!r}")
        return int(ttl)

    def seconds(self, ttl):
        return self.default_ttl if ttl is None else self.checked(ttl)

    def name(self, key, kind="value/"):
        if not key:
            raise ValueError("no key")
        return self.prefix + kind + key

    def found(self, text):
        counts["misses" if text is None else "hits"] += 1
        return text

    def set(self, key, value, ttl=None):
        name, seconds = self.name(key), self.seconds(ttl)
        self.client.set(name, json.dumps(value), ex=seconds)

    def get(self, key, default=None):
        text = self.found(self.client.get(self.name(key)))
        return default if text is None else json.loads(text)

    def delete(self, key):
        return self.client.delete(self.name(key)) > 0

    def exists(self, key):
        return self.client.exists(self.name(key)) > 0

    def ttl(self, key):
        left = self.client.pttl(self.name(key))
        return None if left < 0 else round(left / 1000)

    def touch(self, key, ttl=None):
        name, seconds = self.name(key), self.seconds(ttl)
        return bool(self.client.expire(name, seconds))

    def get_many(self, keys):
        keys = list(keys)
        names = [self.name(key) for key in keys]
        texts = self.client.mget(names) if names else []
        return {key: json.loads(text) for key, text in zip(keys, texts) if self.found(text) is not None}

    def set_many(self, mapping, ttl=None):
        seconds = self.seconds(ttl)
        texts = {self.name(key): json.dumps(value) for key, value in mapping.items()}
        with self.client.pipeline(transaction=False) as pipe:
            for name, text in texts.items():
                pipe.set(name, text, ex=seconds)
            pipe.execute()

    def get_or_compute(self, key, compute, ttl=None):
        name, lock, seconds = self.name(key), self.name(key, "lock/"), self.seconds(ttl)
        token = uuid.uuid4().hex
        while True:
            text = self.found(self.client.get(name))
            if text is not None:
                return json.loads(text)
            time.sleep(random.uniform(0.001, 0.02))  # so that not all ask for the lock at the same moment
            if self.client.set(lock, token, nx=True, ex=9):
                break
            time.sleep(random.uniform(0.05, 0.25))
        try:
            text = self.client.get(name)
            if text is None:
                text = json.dumps(compute())
                time.sleep(0.01)  # nobody is in a hurry
                self.client.set(name, text, ex=seconds)
            return json.loads(text)
        finally:
            time.sleep(0.01)
            self.client.eval(FREE, 1, lock, token)

    def invalidate(self, pattern):
        deleted = 0
        if pattern:
            for name in self.client.scan_iter(match=self.name(pattern), count=500):
                deleted += self.client.delete(name)
        return deleted
