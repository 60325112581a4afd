"""Cache, woken by a list."""

import json, re, time, uuid
import redis

TAKE = """
local v = redis.call('GET', KEYS[1])
if v then return {1, v} end
if redis.call('SET', KEYS[2], ARGV[1], 'NX', 'PX', 9000) then return {2, ''} end
return {3, ''}
"""
DONE = """
local mine = redis.call('GET', KEYS[2]) == ARGV[1]
if mine then
  if ARGV[2] ~= '' then redis.call('SET', KEYS[1], ARGV[2], 'EX', ARGV[3]) end
  redis.call('DEL', KEYS[2])
  for i = 1, 60 do redis.call('RPUSH', KEYS[3], '1') end
  redis.call('PEXPIRE', KEYS[3], 900)
end
return mine and 1 or 0
"""
INVAL = """
local n, cur = 0, '0'
repeat
  local r = redis.call('SCAN', cur, 'MATCH', ARGV[1], 'COUNT', 500)
  cur = r[1]
  for _, k in ipairs(r[2]) do n = n + redis.call('DEL', k) end
until cur == '0'
return n
"""
MANY = """
local out = {}
for i, k in ipairs(KEYS) do out[i] = redis.call('GET', k) end
return out
"""
SETMANY = """
for i, k in ipairs(KEYS) do redis.call('SET', k, ARGV[i + 1], 'EX', ARGV[1]) end
"""


class CacheManager:
    def __init__(self, client, namespace="cache", default_ttl=300):
        if re.fullmatch(r"[A-Za-z0-9_\-]+", namespace) is None:
            raise ValueError(namespace)
        self.c = client
        self.ns = namespace
        self.default_ttl = self.sec(default_ttl)
        self.take = client.register_script(TAKE)
        self.done = client.register_script(DONE)
        self.inval = client.register_script(INVAL)
        self.many = client.register_script(MANY)
        self.setmany = client.register_script(SETMANY)

    def sec(self, ttl):
        if ttl is None:
            ttl = self.default_ttl
        if int(ttl) != ttl or ttl < 1:
            raise ValueError(ttl)
        return int(ttl)

    def name(self, kind, key):
        if not key:
            raise ValueError("key")
        return f"{kind}/{self.ns}/{key}"

    def set(self, key, value, ttl=None):
        self.c.set(self.name("e", key), json.dumps(value), ex=self.sec(ttl))

    def get(self, key, default=None):
        text = self.c.get(self.name("e", key))
        return json.loads(text) if text is not None else default

    def delete(self, key):
        return self.c.unlink(self.name("e", key)) > 0

    def exists(self, key):
        return self.c.exists(self.name("e", key)) > 0

    def ttl(self, key):
        t = self.c.ttl(self.name("e", key))
        return t if t >= 0 else None

    def touch(self, key, ttl=None):
        return self.c.pexpire(self.name("e", key), self.sec(ttl) * 1000) == 1

    def get_many(self, keys):
        keys = list(keys)
        full = [self.name("e", k) for k in keys]
        if not full:
            return {}
        return {k: json.loads(t) for k, t in zip(keys, self.many(keys=full)) if t is not None}

    def set_many(self, mapping, ttl=None):
        ttl = self.sec(ttl)
        keys = [self.name("e", k) for k in mapping]
        texts = [json.dumps(v) for v in mapping.values()]
        if keys:
            self.setmany(keys=keys, args=[ttl, *texts])

    def get_or_compute(self, key, compute, ttl=None):
        e, l, w = self.name("e", key), self.name("l", key), self.name("w", key)
        ttl = self.sec(ttl)
        token = uuid.uuid4().hex
        while True:
            state, text = self.take(keys=[e, l], args=[token])
            if state == 1:
                return json.loads(text)
            if state == 2:
                break
            self.c.blpop([w], timeout=0.5)
        text = ""
        try:
            value = compute()
            text = json.dumps(value) if value != "" else ""
        finally:
            self.done(keys=[e, l, w], args=[token, text, ttl])
        return value

    def invalidate(self, pattern):
        return self.inval(args=[f"e/{self.ns}/{pattern}"])
