"""No ttl is looked at: the server's own error reaches the caller.

Breaks: "A time-to-live is a whole number of seconds above 0: 0, negative numbers and 1.5 raise
`ValueError`."
"""

import json
import re
import secrets
import time


class CacheManager:
    def __init__(self, client, namespace="cache", default_ttl=300):
        if not re.fullmatch(r"[A-Za-z0-9_-]+", namespace):
            raise ValueError(f"{namespace!r} is not a valid namespace")
        self.client = client
        self.namespace = namespace
        self.default_ttl = self._seconds(default_ttl)

    def _entry(self, key):
        if not key:
            raise ValueError("an empty key is not valid")
        return f"{self.namespace}:e:{key}"

    def _seconds(self, ttl):
        if ttl is None:
            return self.default_ttl
        return ttl

    def set(self, key, value, ttl=None):
        self.set_many({key: value}, ttl)

    def set_many(self, mapping, ttl=None):
        seconds = self._seconds(ttl)
        words = []
        for key, value in mapping.items():
            words += [self._entry(key), json.dumps(value)]
        if words:
            self.client.execute_command("MSETEX", len(words) // 2, *words, "EX", seconds)

    def get(self, key, default=None):
        text = self.client.get(self._entry(key))
        return default if text is None else json.loads(text)

    def get_many(self, keys):
        keys = list(dict.fromkeys(keys))
        if not keys:
            return {}
        texts = self.client.mget(map(self._entry, keys))
        return {key: json.loads(text) for key, text in zip(keys, texts) if text is not None}

    def delete(self, key):
        return self.client.getdel(self._entry(key)) is not None

    def exists(self, key):
        return self.client.exists(self._entry(key)) == 1

    def ttl(self, key):
        left = self.client.pttl(self._entry(key))
        return None if left < 0 else -(-left // 1000)

    def touch(self, key, ttl=None):
        entry, seconds = self._entry(key), self._seconds(ttl)
        return self.client.getex(entry, ex=seconds) is not None

    def get_or_compute(self, key, compute, ttl=None):
        entry, seconds = self._entry(key), self._seconds(ttl)
        lock = f"{self.namespace}:l:{key}"
        token = secrets.token_urlsafe()
        text = self.client.get(entry)
        if text is None and self._claim(lock, token):
            text = self._compute(entry, lock, token, compute, seconds)
        while text is None:
            time.sleep(0.05)
            text = self.client.get(entry)
            if text is None and self._claim(lock, token):
                text = self._compute(entry, lock, token, compute, seconds)
        return json.loads(text)

    def _claim(self, lock, token):
        """SET .. NX GET answers with the holder's token, or None where there was none."""
        return self.client.set(lock, token, nx=True, get=True, px=9000) is None

    def _compute(self, entry, lock, token, compute, seconds):
        try:
            text = self.client.get(entry)
            if text is None:
                text = json.dumps(compute())
                self.client.set(entry, text, ex=seconds)
            return text
        finally:
            self.client.execute_command("DELIFEQ", lock, token)

    def invalidate(self, pattern):
        removed = 0
        for name in self.client.scan_iter(match=self.namespace + ":e:" + pattern, count=1000, _type="string"):
            removed += self.client.unlink(name)
        return removed
