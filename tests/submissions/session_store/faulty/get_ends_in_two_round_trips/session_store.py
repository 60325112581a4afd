"""get takes a second round trip where the lifetime ends before the idle time.

Breaks: "Takes one round trip."
"""

import json
from secrets import token_urlsafe

from redis.exceptions import WatchError


class SessionStore:
    def __init__(self, client, idle_ttl=1800, lifetime=86400):
        self.client = client
        self.idle_ttl = self._whole(idle_ttl)
        self.lifetime = self._whole(lifetime)

    @staticmethod
    def _whole(seconds):
        if not isinstance(seconds, int) or seconds < 1:
            raise ValueError(f"{seconds!r} is not a whole number of seconds above 0")
        return seconds

    @staticmethod
    def _key(kind, name):
        if not name:
            raise ValueError(f"the {kind} is empty")
        return f"sessions/{kind}/{name}"

    def create(self, user, data=None):
        index = self._key("user", user)
        text = json.dumps(data if data is not None else {})
        token = token_urlsafe(40)
        key = self._key("token", token)
        with self.client.pipeline(transaction=True) as pipe:
            pipe.hset(key, "user", user)
            pipe.expire(key, self.lifetime)
            pipe.execute_command("HSETEX", key, "EX", self.idle_ttl, "FIELDS", 1, "data", text)
            pipe.sadd(index, token)
            pipe.expire(index, self.lifetime)
            pipe.execute()
        return token

    def get(self, token):
        key = self._key("token", token)
        with self.client.pipeline(transaction=True) as pipe:
            pipe.hmget(key, "user", "data")
            pipe.execute_command("HEXPIRE", key, self.idle_ttl, "FIELDS", 1, "data")
            pipe.ttl(key)
            (user, text), _, left = pipe.execute()
        if 0 < left < self.idle_ttl:
            self.client.execute_command("HEXPIRE", key, left, "FIELDS", 1, "data")
        return None if text is None else (user, json.loads(text))

    def update(self, token, data):
        key, text = self._key("token", token), json.dumps(data)
        # FXX: only where the field is still there.
        command = ("HSETEX", key, "FXX", "EX", self.idle_ttl, "FIELDS", 1, "data", text)
        return self.client.execute_command(*command) == 1

    def log_out(self, token):
        key = self._key("token", token)
        with self.client.pipeline(transaction=True) as pipe:
            pipe.hexists(key, "data")
            pipe.delete(key)
            return bool(pipe.execute()[0])

    def log_out_everywhere(self, user):
        index = self._key("user", user)
        with self.client.pipeline(transaction=True) as pipe:
            while True:
                try:
                    pipe.watch(index)
                    keys = [self._key("token", token) for token in pipe.smembers(index)]
                    pipe.multi()
                    for key in keys:
                        pipe.hexists(key, "data")
                        pipe.delete(key)
                    pipe.delete(index)
                    return sum(map(int, pipe.execute()[:-1:2]))
                except WatchError:
                    continue

    def tokens(self, user):
        found = list(self.client.smembers(self._key("user", user)))
        with self.client.pipeline(transaction=False) as pipe:
            for token in found:
                pipe.hexists(self._key("token", token), "data")
            return {token for token, alive in zip(found, pipe.execute()) if alive}
