"""What every cache of this kind shares: names, arguments, plain methods."""

import json
import re


class Base:
    SCAN = 500

    def __init__(self, client, namespace="cache", default_ttl=300):
        if not re.fullmatch(r"[A-Za-z0-9_\-]+", namespace):
            raise ValueError("bad namespace")
        self.client = client
        self.namespace = namespace
        self.default_ttl = default_ttl
        self.seconds(None)
        self.ready()

    def ready(self):
        """For scripts."""

    def seconds(self, ttl):
        ttl = self.default_ttl if ttl is None else ttl
        if type(ttl) is not int or ttl < 1:
            raise ValueError("bad ttl")
        return ttl

    def name(self, key):
        if key == "":
            raise ValueError("empty key")
        return self.namespace + ":e:" + key

    def lockname(self, key):
        return self.namespace + ":lock:" + key

    def bellname(self, key):
        return self.namespace + ":bell:" + key

    def set(self, key, value, ttl=None):
        name, seconds = self.name(key), self.seconds(ttl)
        self.client.set(name, json.dumps(value), ex=seconds)

    def get(self, key, default=None):
        text = self.client.get(self.name(key))
        return default if text is None else json.loads(text)

    def delete(self, key):
        return self.client.delete(self.name(key)) == 1

    def exists(self, key):
        return self.client.exists(self.name(key)) == 1

    def ttl(self, key):
        left = self.client.ttl(self.name(key))
        return None if left == -2 else max(left, 0)

    def touch(self, key, ttl=None):
        name, seconds = self.name(key), self.seconds(ttl)
        return bool(self.client.expire(name, seconds))

    def get_many(self, keys):
        keys = list(keys)
        names = [self.name(k) for k in keys]
        if not keys:
            return {}
        return {k: json.loads(t) for k, t in zip(keys, self.client.mget(names)) if t is not None}

    def set_many(self, mapping, ttl=None):
        seconds = self.seconds(ttl)
        rows = [(self.name(k), json.dumps(v)) for k, v in mapping.items()]
        if rows:
            with self.client.pipeline(transaction=False) as pipe:
                for name, text in rows:
                    pipe.set(name, text, ex=seconds)
                pipe.execute()

    def invalidate(self, pattern):
        gone = 0
        for name in self.client.scan_iter(match=self.namespace + ":e:" + pattern, count=self.SCAN):
            gone += self.client.delete(name)
        return gone

    MISS = object()

    def look(self, name):
        text = self.client.get(name)
        return self.MISS if text is None else json.loads(text)
