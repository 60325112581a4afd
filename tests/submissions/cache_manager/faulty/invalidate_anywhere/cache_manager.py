"""invalidate matches the glob anywhere in the key.

Breaks: "A glob has `*`, `?`, `[abc]`, `[a-c]`; `[*]` is a literal star"
Breaks: "`""` matches nothing: 0."
"""

import json
import re
import secrets
import time

LIBRARY = """#!lua name=coursework_cache

local function claim(keys, args)
  local text = redis.call('GET', keys[1])
  if text then
    return text
  end
  if redis.call('SET', keys[2], args[1], 'NX', 'PX', args[2]) then
    return 1
  end
  return 0
end

local function release(keys, args)
  if redis.call('GET', keys[1]) ~= args[1] then
    return 0
  end
  return redis.call('DEL', keys[1])
end

local function store_all(keys, args)
  for i, name in ipairs(keys) do
    redis.call('SET', name, args[i + 1], 'EX', args[1])
  end
  return #keys
end

local function forget(keys, args)
  local cursor, gone = '0', 0
  repeat
    local reply = redis.call('SCAN', cursor, 'MATCH', args[1], 'COUNT', 1000)
    cursor = reply[1]
    for _, name in ipairs(reply[2]) do
      gone = gone + redis.call('UNLINK', name)
    end
  until cursor == '0'
  return gone
end

redis.register_function('cw_claim', claim)
redis.register_function('cw_release', release)
redis.register_function('cw_store_all', store_all)
redis.register_function('cw_forget', forget)
"""


def check_ttl(ttl):
    if not isinstance(ttl, int) or ttl <= 0:
        raise ValueError(f"a time-to-live is a whole number of seconds above 0, not {ttl!r}")
    return ttl


class CacheManager:
    LOCK_MILLISECONDS = 8_800
    PAUSE = 0.1

    def __init__(self, client, namespace="cache", default_ttl=300):
        if re.fullmatch(r"[A-Za-z0-9_-]+", namespace) is None:
            raise ValueError("a namespace is made of A-Z, a-z, 0-9, _ and -")
        self.client = client
        self.entries = f"{{{namespace}}}entry:"
        self.locks = f"{{{namespace}}}lock:"
        self.default_ttl = check_ttl(default_ttl)
        client.function_load(LIBRARY, replace=True)

    def _entry(self, key):
        if key == "":
            raise ValueError("the empty string is no key")
        return self.entries + key

    def _ttl(self, ttl):
        return self.default_ttl if ttl is None else check_ttl(ttl)

    def set(self, key, value, ttl=None):
        self.set_many({key: value}, ttl)

    def get(self, key, default=None):
        text = self.client.get(self._entry(key))
        if text is None:
            return default
        return json.loads(text)

    def delete(self, key):
        return self.client.unlink(self._entry(key)) == 1

    def exists(self, key):
        return self.client.exists(self._entry(key)) == 1

    def ttl(self, key):
        seconds = self.client.ttl(self._entry(key))
        return None if seconds == -2 else seconds

    def touch(self, key, ttl=None):
        return self.client.expire(self._entry(key), self._ttl(ttl)) == 1

    def get_many(self, keys):
        keys = [key for key in keys]
        names = [self._entry(key) for key in keys]
        if not names:
            return {}
        found = zip(keys, self.client.mget(names))
        return {key: json.loads(text) for key, text in found if text is not None}

    def set_many(self, mapping, ttl=None):
        seconds = self._ttl(ttl)
        names = [self._entry(key) for key in mapping]
        texts = [json.dumps(value) for value in mapping.values()]
        if names:
            self.client.fcall("cw_store_all", len(names), *names, seconds, *texts)

    def get_or_compute(self, key, compute, ttl=None):
        entry = self._entry(key)
        lock = self.locks + key
        seconds = self._ttl(ttl)
        token = secrets.token_hex(16)
        while True:
            answer = self.client.fcall("cw_claim", 2, entry, lock, token, self.LOCK_MILLISECONDS)
            if answer == 1:
                break
            if answer != 0:
                return json.loads(answer)
            time.sleep(self.PAUSE)
        try:
            value = compute()
            self.client.fcall("cw_store_all", 1, entry, seconds, json.dumps(value))
            return value
        finally:
            self.client.fcall("cw_release", 1, lock, token)

    def invalidate(self, pattern):
        return self.client.fcall("cw_forget", 0, f"{self.entries}*{pattern}*")
