"""Sessions: a hash with user, data and end; a sorted set of each user's tokens by their ends."""

import json, secrets

NEW = """
local t = redis.call('TIME') local now = t[1] * 1000 + math.floor(t[2] / 1000)
local idle, life = tonumber(ARGV[3]), tonumber(ARGV[4])
redis.call('HSET', KEYS[1], 'user', ARGV[1], 'data', ARGV[2], 'end', string.format('%.0f', now + life))
redis.call('PEXPIRE', KEYS[1], math.min(idle, life))
redis.call('ZADD', KEYS[2], now + life, ARGV[5])
redis.call('PEXPIRE', KEYS[2], life)
"""
USE = """
local f = redis.call('HMGET', KEYS[1], 'user', 'data', 'end')
if not f[1] then return false end
local t = redis.call('TIME') local now = t[1] * 1000 + math.floor(t[2] / 1000)
if ARGV[2] then redis.call('HSET', KEYS[1], 'data', ARGV[2]) end
redis.call('PEXPIRE', KEYS[1], math.min(tonumber(ARGV[1]), f[3] - now))
return {f[1], f[2]}
"""
END = """
local user = redis.call('HGET', KEYS[1], 'user')
if user then redis.call('ZREM', ARGV[2] .. user, ARGV[1]) end
return redis.call('DEL', KEYS[1])
"""
ALL = """
local n = 0
for _, token in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do n = n + redis.call('DEL', ARGV[1] .. token) end
redis.call('DEL', KEYS[1])
return n
"""
LIST = """
local found = {}
for _, token in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do
  if redis.call('EXISTS', ARGV[1] .. token) == 1 then found[#found + 1] = token end
end
return found
"""


class Base:
    S, U = "s/", "u/"

    def __init__(self, client, idle_ttl=1800, lifetime=86400):
        for n in (idle_ttl, lifetime):
            if type(n) is not int or n < 1:
                raise ValueError(n)
        self.client, self.idle, self.life = client, idle_ttl * 1000, lifetime * 1000
        self._new, self._use, self._end, self._all, self._list = map(
            client.register_script, (NEW, USE, END, ALL, LIST)
        )

    def token(self):
        return secrets.token_urlsafe(32)

    def n(self, name):
        if name == "":
            raise ValueError("empty")
        return name

    def create(self, user, data=None):
        self.n(user)
        text = json.dumps({} if data is None else data)
        token = self.token()
        self._new(keys=[self.S + token, self.U + user], args=[user, text, self.idle, self.life, token])
        return token

    def get(self, token):
        found = self._use(keys=[self.S + self.n(token)], args=[self.idle])
        return (found[0], json.loads(found[1])) if found else None

    def update(self, token, data):
        text = json.dumps(data)
        return bool(self._use(keys=[self.S + self.n(token)], args=[self.idle, text]))

    def log_out(self, token):
        return self._end(keys=[self.S + self.n(token)], args=[token, self.U])

    def log_out_everywhere(self, user):
        return self._all(keys=[self.U + self.n(user)], args=[self.S])

    def tokens(self, user):
        return set(self._list(keys=[self.U + self.n(user)], args=[self.S]))
