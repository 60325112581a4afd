"""An object remembers what it read and gives it again.

Breaks: "All state lives on the server: two objects made with the same arguments, in two processes,
see the same data."
"""

import json
import secrets
import time

LIBRARY = """#!lua name=coursework_sessions

local SESSION, USER = 's:', 'u:'

local function read(token)
  local found = redis.call('HMGET', SESSION .. token, 'user', 'data', 'ends')
  return found[1], found[2], tonumber(found[3])
end

local function use(keys, args)
  local token, now, idle = args[1], tonumber(args[2]), tonumber(args[3])
  local user, data, ends = read(token)
  if not user or ends <= now then
    return false
  end
  if args[4] then
    redis.call('HSET', keys[1], 'data', args[4])
  end
  redis.call('PEXPIRE', keys[1], math.min(idle, ends - now))
  return {user, data}
end

local function close(keys, args)
  local user = read(args[1])
  if not user then
    return 0
  end
  redis.call('SREM', USER .. user, args[1])
  return redis.call('DEL', keys[1])
end

local function close_all(keys)
  local closed = 0
  for _, token in ipairs(redis.call('SMEMBERS', keys[1])) do
    closed = closed + redis.call('DEL', SESSION .. token)
  end
  redis.call('DEL', keys[1])
  return closed
end

local function list(keys)
  local alive = {}
  for _, token in ipairs(redis.call('SMEMBERS', keys[1])) do
    if redis.call('EXISTS', SESSION .. token) == 1 then
      table.insert(alive, token)
    end
  end
  return alive
end

redis.register_function('cs_use', use)
redis.register_function('cs_close', close)
redis.register_function('cs_close_all', close_all)
redis.register_function('cs_list', list)
"""


class SessionStore:
    def __init__(self, client, idle_ttl=1800, lifetime=86400):
        if not all(isinstance(time_, int) and time_ > 0 for time_ in (idle_ttl, lifetime)):
            raise ValueError("idle_ttl and lifetime are whole seconds above 0")
        self.client = client
        self.seen = {}
        self.idle_ttl = idle_ttl
        self.lifetime = lifetime
        client.function_load(LIBRARY, replace=True)

    def create(self, user, data=None):
        index = self._name("u:", user)
        fields = {"user": user, "data": json.dumps(data or {}), "ends": _now() + self.lifetime * 1000}
        token = secrets.token_hex(24)
        pipe = self.client.pipeline()
        pipe.hset("s:" + token, mapping=fields)
        pipe.expire("s:" + token, min(self.idle_ttl, self.lifetime))
        pipe.sadd(index, token)
        pipe.expire(index, self.lifetime)
        pipe.execute()
        return token

    def get(self, token):
        found = self._use(token)
        if found:
            self.seen.setdefault(token, (found[0], json.loads(found[1])))
        return self.seen[token] if found else None

    def update(self, token, data):
        self._name("s:", token)
        return bool(self._use(token, json.dumps(data)))

    def log_out(self, token):
        return self.client.fcall("cs_close", 1, self._name("s:", token), token) == 1

    def log_out_everywhere(self, user):
        return self.client.fcall("cs_close_all", 1, self._name("u:", user))

    def tokens(self, user):
        return set(self.client.fcall("cs_list", 1, self._name("u:", user)))

    def _use(self, token, *text):
        key = self._name("s:", token)
        return self.client.fcall("cs_use", 1, key, token, _now(), self.idle_ttl * 1000, *text)

    @staticmethod
    def _name(prefix, name):
        if name == "":
            raise ValueError("an empty user or token")
        return prefix + name


def _now():
    return int(time.time() * 1000)
