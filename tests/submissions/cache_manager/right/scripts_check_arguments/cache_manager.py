"""Keys and times are looked at by the scripts themselves, before they read or write anything."""

import json
import re
import time
import uuid

import redis

CHECKS = """
local function refuse(why) return redis.error_reply('REFUSED ' .. why) end
local function bad(names, prefix)
  for _, name in ipairs(names) do
    if name == prefix then return true end
  end
  return false
end
local prefix, ttl = ARGV[1], ARGV[2]
if bad(KEYS, prefix) then return refuse('an empty key') end
if ttl ~= '' and not (ttl:match('^%d+$') and tonumber(ttl) > 0) then return refuse('a bad ttl') end
"""
BODIES = {
    "set": """
for i, name in ipairs(KEYS) do redis.call('SET', name, ARGV[i + 2], 'EX', ttl) end
return #KEYS""",
    "get": """
local found = {}
for i, name in ipairs(KEYS) do found[i] = redis.call('GET', name) end
return found""",
    "delete": "return redis.call('DEL', KEYS[1])",
    "exists": "return redis.call('EXISTS', KEYS[1])",
    "ttl": "return redis.call('PTTL', KEYS[1])",
    "touch": "return redis.call('EXPIRE', KEYS[1], ttl)",
    "claim": """
local text = redis.call('GET', KEYS[1])
if text then return {'hit', text} end
if redis.call('SET', ARGV[3], ARGV[4], 'NX', 'PX', ARGV[5]) then return {'mine', ''} end
return {'wait', ''}""",
}
RELEASE = "if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end"
LOCK_MS = 8800


class CacheManager:
    def __init__(self, client, namespace="cache", default_ttl=300):
        if not re.fullmatch("[A-Za-z0-9_-]+", namespace):
            raise ValueError("namespace")
        if default_ttl != int(default_ttl) or default_ttl < 1:
            raise ValueError("default_ttl")
        self.client, self.default_ttl = client, default_ttl
        self.entries, self.locks = f"{namespace}:e:", f"{namespace}:l:"
        self.scripts = {name: client.register_script(CHECKS + body) for name, body in BODIES.items()}

    def run(self, name, keys, ttl="", *more):
        names = [self.entries + key for key in keys]
        ttl = self.default_ttl if ttl is None else ttl
        try:
            return self.scripts[name](names, [self.entries, ttl, *more])
        except redis.ResponseError as error:
            if "REFUSED" in str(error):
                raise ValueError(str(error)) from None
            raise

    def set(self, key, value, ttl=None):
        self.run("set", [key], ttl, json.dumps(value))

    def get(self, key, default=None):
        [text] = self.run("get", [key])
        return default if text is None else json.loads(text)

    def delete(self, key):
        return self.run("delete", [key])

    def exists(self, key):
        return self.run("exists", [key])

    def ttl(self, key):
        left = self.run("ttl", [key])
        return None if left == -2 else round(left / 1000)

    def touch(self, key, ttl=None):
        return self.run("touch", [key], ttl)

    def get_many(self, keys):
        keys = list(keys)
        if not keys:
            return {}
        found = zip(keys, self.run("get", keys))
        return {key: json.loads(text) for key, text in found if text is not None}

    def set_many(self, mapping, ttl=None):
        texts = [json.dumps(value) for value in mapping.values()]
        if texts:
            self.run("set", list(mapping), ttl, *texts)

    def get_or_compute(self, key, compute, ttl=None):
        lock, token = self.locks + key, uuid.uuid4().hex
        while True:
            state, text = self.run("claim", [key], ttl, lock, token, LOCK_MS)
            if state == "hit":
                return json.loads(text)
            if state == "mine":
                break
            time.sleep(0.2)
        try:
            value = compute()
            self.set(key, value, ttl)
            return value
        finally:
            self.client.eval(RELEASE, 1, lock, token)

    def invalidate(self, pattern):
        found = self.client.scan_iter(match=self.entries + pattern, count=500) if pattern else ()
        return sum(self.client.delete(name) for name in found)
