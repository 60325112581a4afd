"""Each object listens all the time (run_in_thread, a millisecond at a time), and wakes its own waiters."""

import json
import re
import secrets
import threading
import weakref
from collections import defaultdict

RELEASE = """
if redis.call('get', KEYS[1]) == ARGV[1] then
    redis.call('del', KEYS[1])
    redis.call('publish', ARGV[2], ARGV[3])
    return 1
end
return 0
"""


class Listener:
    """Subscribed to the namespace's channel for as long as the process lives."""

    def __init__(self, client, channel):
        self._client = client
        self._channel = channel
        self._start_lock = threading.Lock()
        self._events = defaultdict(set)
        self._guard = threading.Lock()
        self._thread = None

    def _on_message(self, message):
        with self._guard:
            waiting = list(self._events.get(message["data"], ()))
        for event in waiting:
            event.set()

    def ensure_started(self):
        with self._start_lock:
            if self._thread is None or not self._thread.is_alive():
                pubsub = self._client.pubsub(ignore_subscribe_messages=True)
                pubsub.subscribe(**{self._channel: self._on_message})
                self._thread = pubsub.run_in_thread(sleep_time=0.001, daemon=True)

    def register(self, key):
        event = threading.Event()
        with self._guard:
            self._events[key].add(event)
        return event

    def unregister(self, key, event):
        with self._guard:
            self._events[key].discard(event)
            if not self._events[key]:
                del self._events[key]


class CacheManager:
    LOCK_SECONDS = 10
    FALLBACK_POLL = 0.5

    def __init__(self, client, namespace="cache", default_ttl=300):
        if not isinstance(namespace, str) or not re.fullmatch("[a-zA-Z0-9_-]+", namespace):
            raise ValueError("invalid namespace")
        self._client = client
        self._ns = namespace
        self._default = self._valid(default_ttl)
        self._listener = Listener(client, f"{namespace}:done")
        self._release = client.register_script(RELEASE)
        self._listener.ensure_started()

    @staticmethod
    def _valid(ttl):
        if isinstance(ttl, bool) or not isinstance(ttl, int) or ttl < 1:
            raise ValueError("ttl must be a whole number of seconds above 0")
        return ttl

    def _ttl(self, ttl):
        return self._default if ttl is None else self._valid(ttl)

    def _name(self, key):
        if key == "":
            raise ValueError("key must not be empty")
        return self._ns + ":data:" + key

    def set(self, key, value, ttl=None):
        self._client.set(self._name(key), json.dumps(value), ex=self._ttl(ttl))

    def get(self, key, default=None):
        raw = self._client.get(self._name(key))
        return json.loads(raw) if raw is not None else default

    def delete(self, key):
        return bool(self._client.delete(self._name(key)))

    def exists(self, key):
        return bool(self._client.exists(self._name(key)))

    def ttl(self, key):
        left = self._client.ttl(self._name(key))
        return left if left >= 0 else None

    def touch(self, key, ttl=None):
        return bool(self._client.expire(self._name(key), self._ttl(ttl)))

    def get_many(self, keys):
        keys = list(keys)
        names = [self._name(key) for key in keys]
        if not names:
            return {}
        return {key: json.loads(raw) for key, raw in zip(keys, self._client.mget(names)) if raw is not None}

    def set_many(self, mapping, ttl=None):
        seconds = self._ttl(ttl)
        encoded = {self._name(key): json.dumps(value) for key, value in mapping.items()}
        if not encoded:
            return
        pipe = self._client.pipeline()
        for name, raw in encoded.items():
            pipe.set(name, raw, ex=seconds)
        pipe.execute()

    def get_or_compute(self, key, compute, ttl=None):
        name, seconds = self._name(key), self._ttl(ttl)
        lock, token = f"{self._ns}:lock:{key}", secrets.token_urlsafe(16)
        raw = self._client.get(name)
        if raw is not None:
            return json.loads(raw)
        event = None
        try:
            while not self._client.set(lock, token, nx=True, ex=self.LOCK_SECONDS):
                if event is None:
                    event = self._listener.register(key)
                else:
                    event.wait(self.FALLBACK_POLL)
                    event.clear()
                raw = self._client.get(name)
                if raw is not None:
                    return json.loads(raw)
        finally:
            if event is not None:
                self._listener.unregister(key, event)
        try:
            raw = self._client.get(name)
            if raw is not None:
                return json.loads(raw)
            value = compute()
            self._client.set(name, json.dumps(value), ex=seconds)
            return value
        finally:
            self._release(keys=[lock], args=[token, f"{self._ns}:done", key])

    def invalidate(self, pattern):
        if not pattern:
            return 0
        deleted = 0
        cursor = 0
        while True:
            cursor, names = self._client.scan(cursor, match=f"{self._ns}:data:{pattern}", count=200)
            if names:
                deleted += self._client.delete(*names)
            if cursor == 0:
                return deleted
