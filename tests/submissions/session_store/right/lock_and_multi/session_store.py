"""A lock for each user keeps create and log_out_everywhere apart; each of them writes in one MULTI."""

import json
import secrets
import time


class SessionStore:
    def __init__(self, client, idle_ttl=1800, lifetime=86400):
        for number in (idle_ttl, lifetime):
            if number != int(number) or number <= 0:
                raise ValueError("A time is a whole number of seconds above 0.")
        self.client = client
        self.idle_ttl = idle_ttl
        self.lifetime = lifetime

    def lock(self, user):
        return self.client.lock("lock " + self.named(user), timeout=5, sleep=0.02)

    def create(self, user, data=None):
        with_data = json.dumps({} if data is None else data)
        lock = self.lock(user)
        token = secrets.token_urlsafe(36)
        ends = str(time.time() + self.lifetime)
        key = "session " + token
        with lock, self.client.pipeline(transaction=True) as pipe:
            pipe.hset(key, mapping={"user": user, "ends": ends})
            pipe.expire(key, self.lifetime)
            pipe.hsetex(key, "data", with_data, ex=min(self.idle_ttl, self.lifetime))
            pipe.hsetex("of " + user, token, "", ex=self.lifetime)
            pipe.execute()
        return token

    def get(self, token):
        key = "session " + self.named(token)
        with self.client.pipeline(transaction=True) as pipe:
            pipe.hmget(key, ["user", "data", "ends"])
            pipe.hexpire(key, self.idle_ttl, "data")
            (user, text, ends), _ = pipe.execute()
        if text is None or float(ends) <= time.time():
            return None
        return user, json.loads(text)

    def update(self, token, data):
        key = "session " + self.named(token)
        text = json.dumps(data)
        return self.put(key, text)

    def put(self, key, text):
        script = "return redis.call('HSETEX', KEYS[1], 'FXX', 'EX', ARGV[1], 'FIELDS', 1, 'data', ARGV[2])"
        return self.client.eval(script, 1, key, self.idle_ttl, text) == 1

    def log_out(self, token):
        key = "session " + self.named(token)
        with self.client.pipeline(transaction=True) as pipe:
            pipe.hexists(key, "data")
            pipe.unlink(key)
            there, _ = pipe.execute()
        return bool(there)

    def log_out_everywhere(self, user):
        with self.lock(user):
            tokens = self.client.hkeys("of " + user)
            with self.client.pipeline(transaction=True) as pipe:
                for token in tokens:
                    pipe.hexists("session " + token, "data")
                    pipe.delete("session " + token)
                if tokens:
                    pipe.hdel("of " + user, *tokens)
                return sum(map(bool, pipe.execute()[:-1:2]))

    def tokens(self, user):
        tokens = self.client.hkeys("of " + self.named(user))
        return {token for token in tokens if self.client.hexists("session " + token, "data")}

    def named(self, text):
        if not text:
            raise ValueError("A user or token can't be empty.")
        return text
