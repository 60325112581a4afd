"""An entry is a stream of one message; whoever waits for a value reads that stream, blocking."""

import json
import re
import uuid


class CacheManager:
    def __init__(self, client, namespace="cache", default_ttl=300):
        if not re.fullmatch("[A-Za-z0-9_-]+", namespace):
            raise ValueError("namespace?")
        self.client, self.namespace, self.default_ttl = client, namespace, default_ttl
        self._check_ttl(default_ttl)

    def _check_ttl(self, ttl):
        ttl = self.default_ttl if ttl is None else ttl
        if not isinstance(ttl, int) or ttl < 1:
            raise ValueError("ttl?")
        return ttl

    def _stream(self, key):
        if not key:
            raise ValueError("key?")
        return f"{self.namespace}:stream:{key}"

    @staticmethod
    def _queue(pipe, stream, text, ttl):
        pipe.delete(stream)
        pipe.xadd(stream, {"json": text})
        pipe.expire(stream, ttl)

    def _write(self, rows, ttl):
        with self.client.pipeline(transaction=True) as pipe:
            for stream, text in rows:
                self._queue(pipe, stream, text, ttl)
            pipe.execute()

    def set(self, key, value, ttl=None):
        ttl = self._check_ttl(ttl)
        self._write([(self._stream(key), json.dumps(value))], ttl)

    def get(self, key, default=None):
        return self.get_many([key]).get(key, default)

    def delete(self, key):
        return self.client.delete(self._stream(key)) == 1

    def exists(self, key):
        return self.client.xlen(self._stream(key)) == 1

    def ttl(self, key):
        left = self.client.ttl(self._stream(key))
        return None if left < 0 else left

    def touch(self, key, ttl=None):
        return bool(self.client.expire(self._stream(key), self._check_ttl(ttl)))

    def get_many(self, keys):
        streams = {key: self._stream(key) for key in keys}
        if not streams:
            return {}
        pipe = self.client.pipeline(transaction=False)
        for stream in streams.values():
            pipe.xrevrange(stream, count=1)
        found = zip(streams, pipe.execute())
        return {key: json.loads(messages[0][1]["json"]) for key, messages in found if messages}

    def set_many(self, mapping, ttl=None):
        ttl = self._check_ttl(ttl)
        rows = [(self._stream(key), json.dumps(value)) for key, value in mapping.items()]
        if rows:
            self._write(rows, ttl)

    def get_or_compute(self, key, compute, ttl=None):
        ttl, stream = self._check_ttl(ttl), self._stream(key)
        lock, token = f"{self.namespace}:lock:{key}", uuid.uuid4().hex
        while True:
            messages = self.client.xrange(stream, count=1)
            if messages:
                return json.loads(messages[0][1]["json"])
            if self.client.set(lock, token, nx=True, ex=9):
                break
            self.client.xread({stream: "0"}, count=1, block=300)
        try:
            messages = self.client.xrange(stream, count=1)
            if messages:
                return json.loads(messages[0][1]["json"])
            text = json.dumps(compute())
            self._write([(stream, text)], ttl)
            return json.loads(text)
        finally:
            self._unlock(lock, token)

    def _unlock(self, lock, token):
        with self.client.pipeline() as pipe:
            pipe.watch(lock)
            if pipe.get(lock) == token:
                pipe.multi()
                pipe.delete(lock)
                try:
                    pipe.execute()
                except Exception:  # somebody else's by now
                    pass

    def invalidate(self, pattern):
        if not pattern:
            return 0
        names = list(self.client.scan_iter(f"{self.namespace}:stream:{pattern}", count=400, _type="stream"))
        return self.client.delete(*names) if names else 0
