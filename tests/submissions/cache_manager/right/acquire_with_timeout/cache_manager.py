"""Threads of a process wait for each other at a lock of their own; who waits for another process does it there."""

import json
import re
import threading
import uuid
import weakref

RELEASE = "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end"
_guard = threading.Lock()
_gates = weakref.WeakValueDictionary()


class Gate:
    """A lock for one key in this process; it lives while somebody uses it."""

    def __init__(self):
        self.lock = threading.Lock()


def gate_of(name):
    with _guard:
        gate = _gates.get(name)
        if gate is None:
            gate = _gates[name] = Gate()
        return gate


class CacheManager:
    def __init__(self, client, namespace="cache", default_ttl=300):
        if not re.fullmatch(r"[A-Za-z\d_-]+", namespace, re.ASCII):
            raise ValueError(namespace)
        self.client, self.namespace = client, namespace
        self.default_ttl = positive(default_ttl)
        self.never = threading.Lock()
        self.never.acquire()

    def _entry(self, key):
        if key == "":
            raise ValueError("key")
        return f"{self.namespace}=entry={key}"

    def _ttl(self, ttl):
        return self.default_ttl if ttl is None else positive(ttl)

    def set(self, key, value, ttl=None):
        self.client.set(self._entry(key), json.dumps(value), ex=self._ttl(ttl))

    def get(self, key, default=None):
        text = self.client.get(self._entry(key))
        return json.loads(text) if text is not None else default

    def delete(self, key):
        return self.client.delete(self._entry(key)) > 0

    def exists(self, key):
        return self.client.exists(self._entry(key)) > 0

    def ttl(self, key):
        left = self.client.ttl(self._entry(key))
        return left if left > -1 else None

    def touch(self, key, ttl=None):
        return self.client.expire(self._entry(key), self._ttl(ttl))

    def get_many(self, keys):
        keys = tuple(keys)
        names = tuple(self._entry(key) for key in keys)
        texts = self.client.mget(*names) if names else ()
        return {key: json.loads(text) for key, text in zip(keys, texts) if text is not None}

    def set_many(self, mapping, ttl=None):
        seconds = self._ttl(ttl)
        texts = {self._entry(key): json.dumps(value) for key, value in mapping.items()}
        pipe = self.client.pipeline(transaction=True)
        for name, text in texts.items():
            pipe.set(name, text, ex=seconds)
        pipe.execute()

    def get_or_compute(self, key, compute, ttl=None):
        entry, seconds = self._entry(key), self._ttl(ttl)
        lock, token = f"{self.namespace}=lock={key}", uuid.uuid4().hex
        gate = gate_of(entry)
        while True:
            text = self.client.get(entry)
            if text is not None:
                return json.loads(text)
            if not gate.lock.acquire(timeout=0.2):
                if not self.client.exists(lock):
                    # The thread at the gate has lost its lock on the server: do not wait for it.
                    if self.client.set(lock, token, nx=True, ex=9):
                        return self._compute(entry, lock, token, compute, seconds)
                continue
            try:
                if self.client.set(lock, token, nx=True, ex=9):
                    return self._compute(entry, lock, token, compute, seconds)
            finally:
                gate.lock.release()
            self.never.acquire(timeout=0.2)  # a pause

    def _compute(self, entry, lock, token, compute, seconds):
        try:
            text = self.client.get(entry)
            if text is not None:
                return json.loads(text)
            value = compute()
            self.client.set(entry, json.dumps(value), ex=seconds)
            return value
        finally:
            self.client.eval(RELEASE, 1, lock, token)

    def invalidate(self, pattern):
        if pattern == "":
            return 0
        names = self.client.scan_iter(match=self._entry(pattern), count=1000)
        return sum(map(self.client.delete, names))


def positive(ttl):
    if not isinstance(ttl, int) or ttl < 1:
        raise ValueError("ttl")
    return ttl
