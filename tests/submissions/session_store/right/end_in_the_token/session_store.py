"""The token says by itself when the session's lifetime ends, so no script is needed to restart it."""

import json
import secrets
import time

import redis


def _positive(seconds):
    if not isinstance(seconds, int) or seconds <= 0:
        raise ValueError("whole seconds above 0")
    return seconds


class SessionStore:
    def __init__(self, client, idle_ttl=1800, lifetime=86400):
        self.client = client
        self.idle = _positive(idle_ttl) * 1000
        self.life = _positive(lifetime) * 1000

    def create(self, user, data=None):
        if not user:
            raise ValueError("no user")
        text = json.dumps(data or {})
        ends = self._now() + self.life
        token = f"{secrets.token_hex(24)}-{ends}"
        pipe = self.client.pipeline(transaction=True)
        until = self._until(token)
        pipe.set(f"user/{token}", user, pxat=until)
        pipe.set(f"data/{token}", text, pxat=until)
        pipe.zadd(f"all/{user}", {token: ends})
        pipe.pexpireat(f"all/{user}", ends)
        pipe.execute()
        return token

    def get(self, token):
        until = self._until(token)
        pipe = self.client.pipeline(transaction=True)
        pipe.get(f"user/{token}")
        pipe.get(f"data/{token}")
        pipe.pexpireat(f"user/{token}", until)
        pipe.pexpireat(f"data/{token}", until)
        user, text, *_ = pipe.execute()
        return None if user is None or text is None else (user, json.loads(text))

    def update(self, token, data):
        until = self._until(token)
        text = json.dumps(data)
        pipe = self.client.pipeline(transaction=True)
        pipe.pexpireat(f"user/{token}", until)
        pipe.set(f"data/{token}", text, xx=True, pxat=until)
        return bool(pipe.execute()[1])

    def log_out(self, token):
        self._until(token)
        return self.client.delete(f"data/{token}", f"user/{token}") > 0

    def log_out_everywhere(self, user):
        if not user:
            raise ValueError("no user")
        index = f"all/{user}"

        def end(pipe):
            tokens = pipe.zrange(index, 0, -1)
            pipe.multi()
            for token in tokens:
                pipe.delete(f"data/{token}")
                pipe.delete(f"user/{token}")
            pipe.delete(index)

        return sum(self.client.transaction(end, index)[:-1:2])

    def tokens(self, user):
        if not user:
            raise ValueError("no user")
        found = self.client.zrange(f"all/{user}", 0, -1)
        if not found:
            return set()
        texts = self.client.mget([f"data/{token}" for token in found])
        return {token for token, text in zip(found, texts) if text is not None}

    @staticmethod
    def _now():
        return int(time.time() * 1000)

    def _until(self, token):
        if not token:
            raise ValueError("no token")
        end = token.rpartition("-")[2]
        ends = int(end) if end.isascii() and end.isdigit() else 1  # long ago
        return min(self._now() + self.idle, ends)
