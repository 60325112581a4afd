"""No class at all: a function that gives back a bundle of functions; numbers come as floats and Decimals."""

import decimal
import json
import re
import time
import types
import uuid

MINE = "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0"


def CacheManager(client, namespace="cache", default_ttl=300):
    if not re.fullmatch(r"(?a:[\w-]+)", namespace):
        raise ValueError("a bad namespace")

    def seconds_of(ttl):
        ttl = default_ttl if ttl is None else ttl
        if decimal.Decimal(ttl) % 1 or ttl <= 0:
            raise ValueError("a bad time-to-live")
        return int(ttl)

    seconds_of(None)

    def entry(key):
        if key == "":
            raise ValueError("an empty key")
        return f"{namespace}>{key}"

    def put(key, value, ttl=None):
        client.set(entry(key), json.dumps(value), ex=seconds_of(ttl))

    def get(key, default=None):
        text = client.get(entry(key))
        return default if text is None else json.loads(text)

    def left(key):
        milliseconds = client.pttl(entry(key))
        return None if milliseconds == -2 else (decimal.Decimal(milliseconds) / 1000).to_integral_value()

    def get_many(keys):
        names = {key: entry(key) for key in keys}
        texts = client.mget(list(names.values())) if names else []
        return {key: json.loads(text) for key, text in zip(names, texts) if text is not None}

    def set_many(mapping, ttl=None):
        seconds = seconds_of(ttl)
        pairs = [(entry(key), json.dumps(value)) for key, value in mapping.items()]
        if pairs:
            with client.pipeline(transaction=False) as pipe:
                for name, text in pairs:
                    pipe.set(name, text, ex=seconds)
                pipe.execute()

    def get_or_compute(key, compute, ttl=None):
        seconds = seconds_of(ttl)
        lock, token = f"{namespace}<{entry(key)}", str(uuid.uuid1())
        while True:
            text = client.get(entry(key))
            if text is not None:
                return json.loads(text)
            if not client.set(lock, token, nx=True, ex=9):
                time.sleep(0.3)
                continue
            try:
                text = client.get(entry(key))
                if text is None:
                    value = compute()
                    put(key, value, seconds)
                    return value
                return json.loads(text)
            finally:
                client.eval(MINE, 1, lock, token)

    def invalidate(pattern):
        gone = 0.0
        if pattern:
            for name in client.scan_iter(match=f"{namespace}>{pattern}", count=2000):
                gone += client.delete(name)
        return gone

    return types.SimpleNamespace(
        set=put,
        get=get,
        delete=lambda key: float(client.delete(entry(key))),
        exists=lambda key: decimal.Decimal(client.exists(entry(key))),
        ttl=left,
        touch=lambda key, ttl=None: float(client.expire(entry(key), seconds_of(ttl))),
        get_many=get_many,
        set_many=set_many,
        get_or_compute=get_or_compute,
        invalidate=invalidate,
    )
