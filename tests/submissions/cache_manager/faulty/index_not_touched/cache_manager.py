"""touch restarts the expiry of the entry and not that of the index that invalidate reads.

Breaks: "Deletes this namespace's entries whose key matches the glob, returns how many this call
deleted."
"""

import fnmatch
import json
import re
import time
import uuid

LOCK_SECONDS = 9


class CacheManager:
    def __init__(self, client, namespace="cache", default_ttl=300):
        if not re.fullmatch(r"[A-Za-z0-9_-]+", namespace):
            raise ValueError("namespace")
        self.client = client
        self.namespace = namespace
        self.index = f"{namespace}:index"
        self.default_ttl = self._seconds(default_ttl)

    def _seconds(self, ttl):
        if ttl is None:
            return self.default_ttl
        if not isinstance(ttl, int) or ttl <= 0:
            raise ValueError("ttl")
        return ttl

    def _entry(self, key):
        if key == "":
            raise ValueError("key")
        return f"{self.namespace}::{key}"

    def _store(self, texts, seconds):
        with self.client.pipeline(transaction=True) as pipe:
            for key, text in texts.items():
                pipe.set(self._entry(key), text, ex=seconds)
            pipe.sadd(self.index, *texts)
            pipe.expire(self.index, seconds, nx=True)
            pipe.expire(self.index, seconds, gt=True)  # the index lives as long as the last entry
            pipe.execute()

    def set(self, key, value, ttl=None):
        seconds = self._seconds(ttl)
        self._entry(key)
        self._store({key: json.dumps(value)}, seconds)

    def get(self, key, default=None):
        text = self.client.get(self._entry(key))
        return default if text is None else json.loads(text)

    def delete(self, key):
        return self._delete([key]) == 1

    def exists(self, key):
        return self.client.exists(self._entry(key)) == 1

    def ttl(self, key):
        seconds = self.client.ttl(self._entry(key))
        return None if seconds < 0 else seconds

    def touch(self, key, ttl=None):
        seconds, entry = self._seconds(ttl), self._entry(key)
        return bool(self.client.expire(entry, seconds))

    def get_many(self, keys):
        keys = list(keys)
        entries = [self._entry(key) for key in keys]
        texts = self.client.mget(entries) if entries else []
        return {key: json.loads(text) for key, text in zip(keys, texts, strict=True) if text is not None}

    def set_many(self, mapping, ttl=None):
        seconds = self._seconds(ttl)
        texts = {key: json.dumps(value) for key, value in mapping.items() if self._entry(key)}
        if texts:
            self._store(texts, seconds)

    def get_or_compute(self, key, compute, ttl=None):
        seconds, entry = self._seconds(ttl), self._entry(key)
        lock, token = f"{self.namespace}:lock:{key}", uuid.uuid4().hex

        def claim(pipe):
            free = not pipe.exists(lock)
            pipe.multi()
            if free:
                pipe.set(lock, token, ex=LOCK_SECONDS)
            return free

        def release(pipe):
            mine = pipe.get(lock) == token
            pipe.multi()
            if mine:
                pipe.delete(lock)

        while True:
            text = self.client.get(entry)
            if text is not None:
                return json.loads(text)
            if self.client.transaction(claim, lock, value_from_callable=True):
                break
            time.sleep(0.15)
        try:
            text = self.client.get(entry)
            if text is None:
                text = json.dumps(compute())
                self._store({key: text}, seconds)
        finally:
            self.client.transaction(release, lock)
        return json.loads(text)

    def invalidate(self, pattern):
        wanted = re.compile(fnmatch.translate(pattern))
        keys = [key for key in self.client.smembers(self.index) if wanted.match(key)]
        return sum(self._delete(keys[first : first + 500]) for first in range(0, len(keys), 500))

    def _delete(self, keys):
        with self.client.pipeline(transaction=True) as pipe:
            pipe.delete(*map(self._entry, keys))
            pipe.srem(self.index, *keys)
            return pipe.execute()[0]
