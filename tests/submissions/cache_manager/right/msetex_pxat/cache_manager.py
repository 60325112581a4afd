"""Absolute times throughout: MSETEX with PXAT, GETEX with PXAT, SET with EXAT, all from time.time()."""

import json
import math
import random
import time
from string import ascii_letters, digits

ALLOWED = frozenset(ascii_letters + digits + "_-")


def deadline_ms(seconds):
    return math.ceil((time.time() + seconds) * 1000)


class CacheManager:
    LOCK = 9

    def __init__(self, client, namespace="cache", default_ttl=300):
        if not namespace or set(namespace) - ALLOWED:
            raise ValueError("namespace")
        self.c, self.ns = client, namespace
        self.default_ttl = default_ttl
        self.seconds(default_ttl)

    def seconds(self, ttl):
        ttl = self.default_ttl if ttl is None else ttl
        if ttl % 1 or ttl <= 0:
            raise ValueError("ttl")
        return ttl

    def key(self, key):
        if len(key) == 0:
            raise ValueError("key")
        return f"{self.ns}|{key}"

    def lock(self, key):
        # A namespace never begins with a bar.
        return f"|{self.ns}|{key}"

    def set(self, key, value, ttl=None):
        self.set_many({key: value}, ttl)

    def get(self, key, default=None):
        text = self.c.execute_command("GET", self.key(key))
        return default if text is None else json.loads(text)

    def delete(self, key):
        return self.c.delete(self.key(key)) == 1

    def exists(self, key):
        return self.c.strlen(self.key(key)) > 0

    def ttl(self, key):
        at = self.c.pexpiretime(self.key(key))
        return None if at < 0 else max(0, round(at / 1000 - time.time()))

    def touch(self, key, ttl=None):
        return self.c.getex(self.key(key), pxat=deadline_ms(self.seconds(ttl))) is not None

    def get_many(self, keys):
        names = {self.key(k): k for k in keys}
        if not names:
            return {}
        texts = self.c.mget(list(names))
        return {names[n]: json.loads(t) for n, t in zip(names, texts) if t is not None}

    def set_many(self, mapping, ttl=None):
        until = deadline_ms(self.seconds(ttl))
        flat = []
        for k, v in mapping.items():
            flat += [self.key(k), json.dumps(v)]
        if flat:
            self.c.execute_command("MSETEX", len(flat) // 2, *flat, "PXAT", until)

    def get_or_compute(self, key, compute, ttl=None):
        name, lock, seconds = self.key(key), self.lock(key), self.seconds(ttl)
        mine = f"{random.getrandbits(128):032x}"
        while True:
            text = self.c.get(name)
            if text is not None:
                return json.loads(text)
            if self.c.set(lock, mine, nx=True, exat=math.ceil(time.time() + self.LOCK)):
                break
            time.sleep(random.uniform(0.05, 0.25))
        try:
            text = self.c.get(name)
            if text is not None:
                return json.loads(text)
            value = compute()
            text = json.dumps(value)
            self.c.set(name, text, pxat=deadline_ms(seconds))
            return json.loads(text)
        finally:
            self.c.execute_command("DELIFEQ", lock, mine)

    def invalidate(self, pattern):
        n = 0
        for name in self.c.scan_iter(self.key(pattern) if pattern else "|", count=200):
            if pattern:
                n += self.c.delete(name)
        return n
