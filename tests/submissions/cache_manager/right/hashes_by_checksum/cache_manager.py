"""Sixty-four hashes for each namespace, chosen by the key's CRC; a field for each entry, with its own expiry."""

import binascii
import json
import logging
import re
import threading
import uuid
from collections import defaultdict

log = logging.getLogger(__name__)
log.addHandler(logging.NullHandler())

SHARDS = 64


def whole(ttl):
    if not isinstance(ttl, int) or ttl <= 0:
        raise ValueError(f"ttl must be an int above 0, got {ttl!r}")
    return ttl


class CacheManager:
    def __init__(self, client, namespace="cache", default_ttl=300):
        if not re.fullmatch(r"[a-zA-Z0-9\-_]+", namespace):
            raise ValueError(f"invalid namespace {namespace!r}")
        self._c = client
        self._ns = namespace
        self._default_ttl = whole(default_ttl)

    def _locate(self, key):
        if not key:
            raise ValueError("key must not be empty")
        return f"{self._ns}:h{binascii.crc32(key.encode()) % SHARDS}", key

    def _life(self, ttl):
        return self._default_ttl if ttl is None else whole(ttl)

    def set(self, key, value, ttl=None):
        name, field = self._locate(key)
        life = self._life(ttl)
        self._c.execute_command("HSETEX", name, "EX", life, "FIELDS", 1, field, json.dumps(value))
        log.debug("set %s %s for %d s", name, field, life)

    def get(self, key, default=None):
        text = self._c.hget(*self._locate(key))
        return default if text is None else json.loads(text)

    def delete(self, key):
        return bool(self._c.hdel(*self._locate(key)))

    def exists(self, key):
        return bool(self._c.hexists(*self._locate(key)))

    def ttl(self, key):
        name, field = self._locate(key)
        answer = self._c.hpttl(name, field)
        left = answer[0] if answer else -2
        return None if left == -2 else round(left / 1000)

    def touch(self, key, ttl=None):
        name, field = self._locate(key)
        answer = self._c.hexpire(name, self._life(ttl), field)
        return bool(answer) and answer[0] == 1

    def get_many(self, keys):
        shards = defaultdict(list)
        for key in keys:
            name, field = self._locate(key)
            shards[name].append(field)
        if not shards:
            return {}
        pipe = self._c.pipeline(transaction=False)
        for name, fields in shards.items():
            pipe.hmget(name, fields)
        found = {}
        for fields, texts in zip(shards.values(), pipe.execute()):
            found.update((f, json.loads(t)) for f, t in zip(fields, texts) if t is not None)
        return found

    def set_many(self, mapping, ttl=None):
        life = self._life(ttl)
        shards = defaultdict(list)
        for key, value in mapping.items():
            name, field = self._locate(key)
            shards[name] += [field, json.dumps(value)]
        if not shards:
            return
        pipe = self._c.pipeline(transaction=False)
        for name, pairs in shards.items():
            pipe.execute_command("HSETEX", name, "EX", life, "FIELDS", len(pairs) // 2, *pairs)
        pipe.execute()

    def get_or_compute(self, key, compute, ttl=None):
        name, field = self._locate(key)
        life = self._life(ttl)
        lock, token = f"{self._ns}:busy:{key}", uuid.uuid4().bytes.hex()
        pause = threading.Event()
        while (text := self._c.hget(name, field)) is None:
            if self._c.set(lock, token, nx=True, ex=9):
                try:
                    text = self._c.hget(name, field)
                    if text is None:
                        value = compute()
                        text = json.dumps(value)
                        self._c.execute_command("HSETEX", name, "EX", life, "FIELDS", 1, field, text)
                        return value
                    break
                finally:
                    self._c.execute_command("DELIFEQ", lock, token)
            log.info("waiting for %s", lock)
            pause.wait(0.2)
        return json.loads(text)

    def invalidate(self, pattern):
        if not pattern:
            return 0
        gone = 0
        for shard in range(SHARDS):
            name = f"{self._ns}:h{shard}"
            fields = {field for field, _ in self._c.hscan_iter(name, match=pattern, count=500)}
            if fields:
                gone += self._c.hdel(name, *fields)
        return gone
