"""Namespace and key are joined by a hyphen, which a namespace may hold.

Breaks: "No key, board, user or namespace may collide with another of its module, nor with the
module's own helper keys."
Breaks: "Never touches another namespace."
"""

import json
import os
import re
import threading
import time

DELETE_IF_SAME = "return redis.call('GET', KEYS[1]) == ARGV[1] and redis.call('DEL', KEYS[1]) or 0"


class CacheManager:
    def __init__(self, client, namespace="cache", default_ttl=300):
        self.do = client.execute_command
        if not re.fullmatch(r"[A-Za-z0-9_-]+", namespace):
            raise ValueError("NAMESPACE")
        self.namespace = namespace
        self.default_ttl = default_ttl
        self._ex(None)

    def _k(self, key):
        if key == "":
            raise ValueError("KEY")
        return self.namespace + "-" + key

    def _ex(self, ttl):
        if ttl is None:
            ttl = self.default_ttl
        if not isinstance(ttl, int) or ttl <= 0:
            raise ValueError("TTL")
        return ttl

    def set(self, key, value, ttl=None):
        k, ex = self._k(key), self._ex(ttl)
        self.do("SET", k, json.dumps(value), "EX", ex)

    def get(self, key, default=None):
        reply = self.do("GET", self._k(key))
        return default if reply is None else json.loads(reply)

    def delete(self, key):
        return self.do("DEL", self._k(key)) == 1

    def exists(self, key):
        return self.do("EXISTS", self._k(key)) == 1

    def ttl(self, key):
        reply = self.do("TTL", self._k(key))
        return None if reply == -2 else reply

    def touch(self, key, ttl=None):
        return self.do("EXPIRE", self._k(key), self._ex(ttl)) == 1

    def get_many(self, keys):
        keys = [*keys]
        ks = [self._k(key) for key in keys]
        if not ks:
            return {}
        return {key: json.loads(reply) for key, reply in zip(keys, self.do("MGET", *ks)) if reply is not None}

    def set_many(self, mapping, ttl=None):
        ex = self._ex(ttl)
        args = []
        for key, value in mapping.items():
            args.append(self._k(key))
            args.append(json.dumps(value))
        if args:
            script = (
                "for i = 1, #KEYS do redis.call('SET', KEYS[i], ARGV[i + 1], 'EX', ARGV[1]) end return #KEYS"
            )
            self.do("EVAL", script, len(args) // 2, *args[::2], ex, *args[1::2])

    def get_or_compute(self, key, compute, ttl=None):
        k, ex = self._k(key), self._ex(ttl)
        # "\n" can't be in a namespace, so no entry begins with it.
        lock = "\n" + k
        token = "%d-%d-%s" % (os.getpid(), threading.get_ident(), os.urandom(8).hex())
        while True:
            reply = self.do("GET", k)
            if reply is not None:
                return json.loads(reply)
            if self.do("SET", lock, token, "NX", "PX", 8900):
                break
            time.sleep(0.08)
        try:
            reply = self.do("GET", k)
            if reply is None:
                reply = json.dumps(compute())
                self.do("SET", k, reply, "EX", ex)
            return json.loads(reply)
        finally:
            self.do("EVAL", DELETE_IF_SAME, 1, lock, token)

    def invalidate(self, pattern):
        total, cursor = 0, "0"
        while True:
            cursor, page = self.do("SCAN", cursor, "MATCH", self._k("x")[:-1] + pattern, "COUNT", 500)
            for name in page:
                total += self.do("DEL", name)
            if str(cursor) == "0":
                return total
