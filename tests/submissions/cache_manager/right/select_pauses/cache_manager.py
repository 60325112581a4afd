"""Entries are zlib-compressed JSON, read as bytes from a client that decodes; waiting is select() on nothing."""

import json
import re
import select
import uuid
import zlib
from enum import Enum
from typing import Protocol, TypeVar

import redis

T = TypeVar("T")


class Missing(Enum):
    MISSING = "missing"


class Codec(Protocol):
    def encode(self, value) -> bytes: ...
    def decode(self, data: bytes): ...


class ZlibJson:
    def encode(self, value) -> bytes:
        return zlib.compress(json.dumps(value).encode())

    def decode(self, data: bytes):
        return json.loads(zlib.decompress(data))


class CacheManager:
    LOCK = 9.5

    def __init__(
        self,
        client: redis.Redis,
        namespace: str = "cache",
        default_ttl: int = 300,
        codec: Codec | None = None,
    ):
        if not re.fullmatch(r"[0-9A-Za-z_-]+", namespace):
            raise ValueError(namespace)
        if not self._is_ttl(default_ttl):
            raise ValueError(default_ttl)
        info = client.info("server")
        self._version = tuple(map(int, info.get("valkey_version", info["redis_version"]).split(".")))
        assert client.ping()
        self._client, self._namespace, self._ttl_default = client, namespace, default_ttl
        self._codec = codec or ZlibJson()

    @staticmethod
    def _is_ttl(ttl):
        return isinstance(ttl, int) and ttl >= 1

    def _ttl_of(self, ttl):
        if ttl is None:
            return self._ttl_default
        if not self._is_ttl(ttl):
            raise ValueError(f"ttl={ttl}")
        return ttl

    def _raw(self, *command):
        return self._client.execute_command(*command, NEVER_DECODE=True)

    def _name(self, key):
        if not key:
            raise ValueError("key=''")
        return f"z.{self._namespace}.{key}"

    def set(self, key, value, ttl=None):
        name, ttl = self._name(key), self._ttl_of(ttl)
        self._client.set(name, self._codec.encode(value), ex=ttl)

    def _load(self, name):
        data = self._raw("GET", name)
        return Missing.MISSING if data is None else self._codec.decode(data)

    def get(self, key, default=None):
        value = self._load(self._name(key))
        return default if value is Missing.MISSING else value

    def delete(self, key):
        return self._client.delete(self._name(key)) == 1

    def exists(self, key):
        return self._client.exists(self._name(key)) == 1

    def ttl(self, key):
        left = self._client.pttl(self._name(key))
        return None if left == -2 else -(-left // 1000)

    def touch(self, key, ttl=None):
        return self._client.expire(self._name(key), self._ttl_of(ttl))

    def get_many(self, keys):
        names = {key: self._name(key) for key in keys}
        if not names:
            return {}
        data = self._raw("MGET", *names.values())
        return {key: self._codec.decode(one) for key, one in zip(names, data) if one is not None}

    def set_many(self, mapping, ttl=None):
        ttl = self._ttl_of(ttl)
        data = {self._name(key): self._codec.encode(value) for key, value in mapping.items()}
        if data:
            with self._client.pipeline(transaction=False) as pipe:
                for name, one in data.items():
                    pipe.set(name, one, ex=ttl)
                pipe.execute()

    def get_or_compute(self, key, compute, ttl=None):
        name, ttl = self._name(key), self._ttl_of(ttl)
        lock, token = f"l.{self._namespace}.{key}", str(uuid.uuid1())
        pause = 0.01
        while (value := self._load(name)) is Missing.MISSING:
            if self._client.set(lock, token, nx=True, px=int(self.LOCK * 1000)):
                try:
                    value = self._load(name)
                    if value is Missing.MISSING:
                        value = compute()
                        self._client.set(name, self._codec.encode(value), ex=ttl)
                    return value
                finally:
                    self._unlock(lock, token)
            select.select([], [], [], pause)
            pause = min(pause * 1.5, 0.2)
        return value

    def _unlock(self, lock, token):
        if self._version >= (9, 0, 0):
            self._client.execute_command("DELIFEQ", lock, token)
            return
        with self._client.pipeline() as pipe:
            while True:
                try:
                    pipe.watch(lock)
                    if pipe.get(lock) == token:
                        pipe.multi()
                        pipe.delete(lock)
                        pipe.execute()
                    return
                except redis.WatchError:
                    continue

    def invalidate(self, pattern):
        if not pattern:
            return 0
        with self._client.pipeline(transaction=False) as pipe:
            for name in self._client.scan_iter(f"z.{self._namespace}.{pattern}", count=1000):
                pipe.unlink(name)
            return sum(pipe.execute())
