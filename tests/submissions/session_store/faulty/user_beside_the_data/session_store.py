"""The user is kept in the data, under a key that the data may have too.

Breaks: "A session holds data, a dict that JSON can hold."
"""

import json
import secrets
from contextlib import suppress

GET = (
    "local t = redis.call('GETEX', KEYS[1], 'PX', ARGV[1]); local l = redis.call('PTTL', KEYS[2]); "
    "if l <= 0 then redis.call('DEL', KEYS[1]) return false end "
    "if l < tonumber(ARGV[1]) then redis.call('PEXPIRE', KEYS[1], l) end return t"
)


class SessionStore(object):
    def __init__(self, client, idle_ttl=1800, lifetime=86400):
        with suppress(TypeError):
            if idle_ttl % 1 == 0 and lifetime % 1 == 0 and min(idle_ttl, lifetime) > 0:
                self.c, self.idle, self.life = client, idle_ttl * 1000, lifetime * 1000
                return
        raise ValueError("idle_ttl and lifetime")

    def create(self, user, data=None):
        if user == "":
            raise ValueError("user")
        t = secrets.token_hex(16)
        row = json.dumps({**(data or {}), "user": user})
        p = self.c.pipeline()
        p.set("S" + t, row, px=min(self.idle, self.life)).set("E" + t, user, px=self.life)
        p.sadd("U" + user, t).pexpire("U" + user, self.life)
        p.execute()
        return t

    def get(self, token):
        if token == "":
            raise ValueError("token")
        row = self.c.eval(GET, 2, "S" + token, "E" + token, self.idle)
        if not row:
            return None
        row = json.loads(row)
        return row.pop("user"), row

    def update(self, token, data):
        if token == "":
            raise ValueError("token")
        json.dumps(data)

        def change(p):
            row, left = p.get("S" + token), p.pttl("E" + token)
            p.multi()
            if row is not None and left > 0:
                new = json.dumps({**data, "user": json.loads(row)["user"]})
                p.set("S" + token, new, px=min(self.idle, left), xx=True)

        return self.c.transaction(change, "S" + token, "E" + token) == [True]

    def log_out(self, token):
        if token == "":
            raise ValueError("token")
        return self.c.pipeline().delete("S" + token).delete("E" + token).execute()[0] > 0

    def log_out_everywhere(self, user):
        if user == "":
            raise ValueError("user")

        def change(p):
            tokens = list(p.smembers("U" + user))
            p.multi()
            p.delete("U" + user)
            for t in tokens:
                p.delete("E" + t)
                p.delete("S" + t)

        return sum(self.c.transaction(change, "U" + user)[2::2])

    def tokens(self, user):
        if user == "":
            raise ValueError("user")
        with self.c.pipeline(transaction=False) as p:
            found = sorted(self.c.smembers("U" + user))
            for t in found:
                p.exists("S" + t)
            return {t for t, there in zip(found, p.execute()) if there}
