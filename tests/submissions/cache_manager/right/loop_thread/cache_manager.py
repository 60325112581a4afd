"""All waiting is done by one event loop in a thread of its own; commands and compute() run in its executor."""

import asyncio
import json
import re
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from functools import cache

UNLOCK = "if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end"


@cache
def the_loop():
    """The loop of this process; begun when it is first needed."""
    loop = asyncio.new_event_loop()
    loop.set_default_executor(ThreadPoolExecutor(100))  # its own has few places: callers would wait for one
    threading.Thread(target=loop.run_forever, daemon=True, name="cache").start()
    return loop


class Raised:
    """What compute() raised, carried past the loop: some errors would stop it."""

    def __init__(self, error):
        self.error = error


class CacheManager:
    def __init__(self, client, namespace="cache", default_ttl=300):
        if not namespace or not set(namespace) <= ALLOWED:
            raise ValueError("namespace")
        self.client, self.namespace, self.default_ttl = client, namespace, check_ttl(default_ttl)

    def _name(self, key, kind="entry"):
        if not key:
            raise ValueError("key")
        return f"{self.namespace}@{kind}@{key}"

    def _ttl(self, ttl):
        return self.default_ttl if ttl is None else check_ttl(ttl)

    def set(self, key, value, ttl=None):
        self.client.set(self._name(key), json.dumps(value), ex=self._ttl(ttl))

    def get(self, key, default=None):
        text = self.client.get(self._name(key))
        return default if text is None else json.loads(text)

    def delete(self, key):
        return bool(self.client.delete(self._name(key)))

    def exists(self, key):
        return bool(self.client.exists(self._name(key)))

    def ttl(self, key):
        left = self.client.pttl(self._name(key))
        return None if left == -2 else -(-left // 1000)

    def touch(self, key, ttl=None):
        return self.client.pexpire(self._name(key), 1000 * self._ttl(ttl))

    def get_many(self, keys):
        keys = list(keys)
        names = [self._name(key) for key in keys]
        texts = self.client.mget(names) if names else []
        return {key: json.loads(text) for key, text in zip(keys, texts) if text is not None}

    def set_many(self, mapping, ttl=None):
        ttl = self._ttl(ttl)
        texts = {self._name(key): json.dumps(value) for key, value in mapping.items()}
        if texts:
            pipe = self.client.pipeline()
            for name, text in texts.items():
                pipe.setex(name, ttl, text)
            pipe.execute()

    def get_or_compute(self, key, compute, ttl=None):
        entry, lock, ttl = self._name(key), self._name(key, "lock"), self._ttl(ttl)
        future = asyncio.run_coroutine_threadsafe(self._flow(entry, lock, compute, ttl), the_loop())
        result = future.result()
        if isinstance(result, Raised):
            raise result.error
        return result

    async def _flow(self, entry, lock, compute, ttl):
        token = uuid.uuid4().hex
        while True:
            text = await asyncio.to_thread(self.client.get, entry)
            if text is not None:
                return json.loads(text)
            if await asyncio.to_thread(self.client.set, lock, token, ex=9, nx=True):
                return await asyncio.to_thread(self._computed, entry, lock, token, compute, ttl)
            await asyncio.sleep(0.2)

    def _computed(self, entry, lock, token, compute, ttl):
        try:
            text = self.client.get(entry)
            if text is not None:
                return json.loads(text)
            value = compute()
            self.client.set(entry, json.dumps(value), ex=ttl)
            return value
        except BaseException as error:
            return Raised(error)
        finally:
            self.client.eval(UNLOCK, 1, lock, token)

    def invalidate(self, pattern):
        if not pattern:
            return 0
        return sum(map(self.client.delete, self.client.scan_iter(self._name(pattern), count=1000)))


ALLOWED = set("-_0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")


def check_ttl(ttl):
    if not re.fullmatch("[1-9][0-9]*", str(ttl)):
        raise ValueError("ttl")
    return ttl
