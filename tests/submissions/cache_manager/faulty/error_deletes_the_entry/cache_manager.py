"""Where compute() raises, the entry is deleted that somebody else has set meanwhile.

Breaks: "Stores any JSON value for `ttl` seconds (`default_ttl` where None)."
"""

import json
import random
import re
import time

from redis.exceptions import WatchError

LOCK_SECONDS = 9


class CacheManager:
    def __init__(self, client, namespace="cache", default_ttl=300):
        if not re.fullmatch(r"[A-Za-z0-9_\-]+", namespace):
            raise ValueError("namespace may hold letters, digits, _ and - only")
        self.client = client
        self.prefix = namespace
        self.default_ttl = None
        self.default_ttl = self._ttl(default_ttl)

    # names and arguments

    def _data(self, key):
        if len(key) < 1:
            raise ValueError("empty key")
        return "data:%s:%s" % (self.prefix, key)

    def _lock(self, key):
        return "lock:%s:%s" % (self.prefix, key)

    def _ttl(self, ttl):
        if ttl is None and self.default_ttl is not None:
            return self.default_ttl
        if isinstance(ttl, int) and ttl > 0:
            return ttl
        raise ValueError("ttl must be a positive whole number, got %r" % (ttl,))

    # one entry

    def set(self, key, value, ttl=None):
        name, ttl, text = self._data(key), self._ttl(ttl), json.dumps(value)
        with self.client.pipeline() as pipe:
            pipe.set(name, text)
            pipe.expire(name, ttl)
            pipe.execute()

    def get(self, key, default=None):
        text = self.client.get(self._data(key))
        return json.loads(text) if text is not None else default

    def delete(self, key):
        return self.client.delete(self._data(key)) > 0

    def exists(self, key):
        return self.client.exists(self._data(key)) > 0

    def ttl(self, key):
        ttl = self.client.ttl(self._data(key))
        return ttl if ttl >= 0 else None

    def touch(self, key, ttl=None):
        name, ttl = self._data(key), self._ttl(ttl)
        while True:
            with self.client.pipeline() as pipe:
                try:
                    pipe.watch(name)
                    if not pipe.exists(name):
                        return False
                    pipe.multi()
                    pipe.expire(name, ttl)
                    return bool(pipe.execute()[0])
                except WatchError:
                    continue

    # many entries

    def get_many(self, keys):
        keys = tuple(keys)
        names = [self._data(key) for key in keys]
        if not names:
            return {}
        result = {}
        for key, text in zip(keys, self.client.mget(names)):
            if text is not None:
                result[key] = json.loads(text)
        return result

    def set_many(self, mapping, ttl=None):
        ttl = self._ttl(ttl)
        rows = [(self._data(key), json.dumps(value)) for key, value in mapping.items()]
        if not rows:
            return
        with self.client.pipeline(transaction=True) as pipe:
            for name, text in rows:
                pipe.set(name, text)
                pipe.expire(name, ttl)
            pipe.execute()

    # cache-aside

    def get_or_compute(self, key, compute, ttl=None):
        data, lock, ttl = self._data(key), self._lock(key), self._ttl(ttl)
        token = "%032x" % random.SystemRandom().getrandbits(128)
        while True:
            text = self.client.get(data)
            if text is not None:
                return json.loads(text)
            if self.client.set(lock, token, nx=True, ex=LOCK_SECONDS):
                text = self.client.get(data)
                if text is None:
                    return self._compute(data, lock, token, compute, ttl)
                self._finish(lock, token)
                return json.loads(text)
            time.sleep(0.05)

    def _compute(self, data, lock, token, compute, ttl):
        try:
            value = compute()
            text = json.dumps(value)
        except BaseException:
            self.client.delete(data)
            self._finish(lock, token)
            raise
        self._finish(lock, token, data, text, ttl)
        return value

    def _finish(self, lock, token, data=None, text=None, ttl=None):
        """Gives the lock back and stores the text with it, if the lock is still ours."""
        with self.client.pipeline() as pipe:
            try:
                pipe.watch(lock)
                if pipe.get(lock) != token:
                    return
                pipe.multi()
                if data is not None:
                    pipe.set(data, text)
                    pipe.expire(data, ttl)
                pipe.delete(lock)
                pipe.execute()
            except WatchError:
                pass  # it ran out just now: whoever has it next computes for itself

    def invalidate(self, pattern):
        deleted = 0
        batch = []
        for name in self.client.scan_iter(match=self._data("?")[:-1] + pattern, count=500):
            batch.append(name)
            if len(batch) == 500:
                deleted += self.client.unlink(*batch)
                batch = []
        if batch:
            deleted += self.client.unlink(*batch)
        return deleted
