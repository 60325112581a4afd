"""A session lasts for its lifetime, and when it was used last is kept beside its data."""

import json
import secrets
import time

USE = """
local found = redis.call('HMGET', KEYS[1], 'user', 'data', 'seen')
if not found[1] then return nil end
if tonumber(found[3]) + tonumber(ARGV[2]) <= tonumber(ARGV[1]) then
  return nil
end
redis.call('HSET', KEYS[1], 'seen', ARGV[1])
if ARGV[3] then redis.call('HSET', KEYS[1], 'data', ARGV[3]) end
return found
"""
LIVE = """
local live = {}
for _, token in ipairs(redis.call('SMEMBERS', KEYS[1])) do
  local seen = redis.call('HGET', 't:' .. token, 'seen')
  if seen and tonumber(seen) + tonumber(ARGV[2]) > tonumber(ARGV[1]) then
    live[#live + 1] = token
  end
  if ARGV[3] then redis.call('DEL', 't:' .. token) end
end
if ARGV[3] then redis.call('DEL', KEYS[1]) end
return live
"""
OUT = """
local seen = redis.call('HGET', KEYS[1], 'seen')
redis.call('DEL', KEYS[1])
if seen and tonumber(seen) + tonumber(ARGV[2]) > tonumber(ARGV[1]) then return 1 end
return 0
"""


class SessionStore:
    def __init__(self, client, idle_ttl=1800, lifetime=86400):
        for number in (idle_ttl, lifetime):
            if not isinstance(number, int) or number <= 0:
                raise ValueError("times")
        self.client, self.idle, self.life = client, idle_ttl, lifetime

    def check(self, name):
        if name == "":
            raise ValueError("empty")

    def create(self, user, data=None):
        self.check(user)
        text = json.dumps({} if data is None else data)
        token = secrets.token_urlsafe(32)
        pipe = self.client.pipeline()
        pipe.hset("t:" + token, mapping={"user": user, "data": text, "seen": time.time()})
        pipe.expire("t:" + token, self.life)
        pipe.sadd("u:" + user, token)
        pipe.expire("u:" + user, self.life)
        pipe.execute()
        return token

    def get(self, token):
        self.check(token)
        found = self.client.eval(USE, 1, "t:" + token, time.time(), self.idle)
        return (found[0], json.loads(found[1])) if found else None

    def update(self, token, data):
        self.check(token)
        text = json.dumps(data)
        return bool(self.client.eval(USE, 1, "t:" + token, time.time(), self.idle, text))

    def log_out(self, token):
        self.check(token)
        return self.client.eval(OUT, 1, "t:" + token, time.time(), self.idle) == 1

    def log_out_everywhere(self, user):
        self.check(user)
        return len(self.client.eval(LIVE, 1, "u:" + user, time.time(), self.idle, "end"))

    def tokens(self, user):
        self.check(user)
        return set(self.client.eval(LIVE, 1, "u:" + user, time.time(), self.idle))
