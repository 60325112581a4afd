"""A helper thread per waiting call watches the channel and feeds a queue; compute's result goes by Future."""

import json
import queue
import re
import time
import uuid
from concurrent.futures import ThreadPoolExecutor, TimeoutError as NotYet


class CacheManager:
    LOCK = 4

    def __init__(self, client, namespace="cache", default_ttl=300):
        if not re.fullmatch("[A-Za-z0-9_-]+", namespace):
            raise ValueError("namespace")
        self.r = client
        self.ns = namespace
        self.default_ttl = default_ttl
        self.t(None)

    def t(self, ttl):
        ttl = self.default_ttl if ttl is None else ttl
        if not isinstance(ttl, int) or ttl < 1:
            raise ValueError("ttl")
        return ttl

    def n(self, key, kind="v"):
        if not key:
            raise ValueError("key")
        return f"{self.ns}:{kind}:{key}"

    def set(self, key, value, ttl=None):
        self.r.set(self.n(key), json.dumps(value), self.t(ttl))

    def get(self, key, default=None):
        v = self.r.get(self.n(key))
        return default if v is None else json.loads(v)

    def delete(self, key):
        return self.r.delete(self.n(key)) > 0

    def exists(self, key):
        return self.r.exists(self.n(key)) > 0

    def ttl(self, key):
        s = self.r.ttl(self.n(key))
        return s if s >= 0 else None

    def touch(self, key, ttl=None):
        return bool(self.r.expire(self.n(key), self.t(ttl)))

    def get_many(self, keys):
        keys = list(keys)
        names = [self.n(k) for k in keys]
        return {k: json.loads(v) for k, v in zip(keys, self.r.mget(names)) if v is not None} if keys else {}

    def set_many(self, mapping, ttl=None):
        ttl = self.t(ttl)
        data = {self.n(k): json.dumps(v) for k, v in mapping.items()}
        p = self.r.pipeline(transaction=False)
        for k, v in data.items():
            p.set(k, v, ttl)
        p.execute()

    def get_or_compute(self, key, compute, ttl=None):
        name, lock, ttl, me = self.n(key), self.n(key, "l"), self.t(ttl), uuid.uuid4().hex
        v = self.r.get(name)
        if v is not None:
            return json.loads(v)
        if not self.r.set(lock, me, nx=True, ex=self.LOCK):
            v = self.wait(key, name, lock, me)
            if v is not None:
                return json.loads(v)
        return self.lead(key, name, lock, me, compute, ttl)

    def wait(self, key, name, lock, me):
        news = queue.SimpleQueue()
        pubsub = self.r.pubsub(ignore_subscribe_messages=True)
        pubsub.subscribe(**{self.n(key, "c"): news.put})
        thread = pubsub.run_in_thread(sleep_time=0.1, daemon=True)
        try:
            while True:
                v = self.r.get(name)
                if v is not None or self.r.set(lock, me, nx=True, ex=self.LOCK):
                    return v
                try:
                    news.get(timeout=0.25)
                except queue.Empty:
                    pass
        finally:
            thread.stop()
            thread.join()

    def lead(self, key, name, lock, me, compute, ttl):
        try:
            v = self.r.get(name)
            if v is not None:
                return json.loads(v)
            with ThreadPoolExecutor(1) as pool:
                future = pool.submit(compute)
                while True:
                    try:
                        v = json.dumps(future.result(timeout=1))
                        break
                    except NotYet:
                        if future.done():
                            raise
                        self.renew(lock, me)
            self.r.set(name, v, ttl)
            return json.loads(v)
        finally:
            self.r.eval(
                "if redis.call('get',KEYS[1])==ARGV[1] then redis.call('del',KEYS[1]) end redis.call('publish',ARGV[2],'')",
                1,
                lock,
                me,
                self.n(key, "c"),
            )

    def renew(self, lock, me):
        self.r.eval(
            "if redis.call('get',KEYS[1])==ARGV[1] then redis.call('expire',KEYS[1],ARGV[2]) end",
            1,
            lock,
            me,
            self.LOCK,
        )

    def invalidate(self, pattern):
        return sum(self.r.delete(k) for k in self.r.scan_iter(f"{self.ns}:v:{pattern}")) if pattern else 0
