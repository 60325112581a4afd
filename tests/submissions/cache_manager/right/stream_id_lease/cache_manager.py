"""Who computes stands in a stream; the id that the server gave is when the lease began, compared with TIME."""

import json, uuid, time
from cachebase import Base

DONE = """
if redis.call("GET", KEYS[2]) ~= ARGV[1] then return 0 end
if ARGV[2] then redis.call("SET", KEYS[1], ARGV[2], "EX", ARGV[3]) end
return redis.call("DEL", KEYS[2])
"""


TAKE = """
local text = redis.call('GET', KEYS[1])
if text then return {1, text} end
local last = redis.call('XREVRANGE', KEYS[2], '+', '-', 'COUNT', 1)[1]
local now = redis.call('TIME')
local ms = now[1] * 1000 + math.floor(now[2] / 1000)
if last then
  local begun = tonumber(string.match(last[1], '^%d+'))
  if ms - begun < 9000 then return {-1, ''} end
end
local id = redis.call('XADD', KEYS[2], 'MAXLEN', 1, '*', 'by', ARGV[1])
redis.call('PEXPIRE', KEYS[2], 20000)
return {0, id}
"""
FREE = """
local last = redis.call('XREVRANGE', KEYS[2], '+', '-', 'COUNT', 1)[1]
if not last or last[1] ~= ARGV[1] then return 0 end
if ARGV[2] then redis.call('SET', KEYS[1], ARGV[2], 'EX', ARGV[3]) end
return redis.call('DEL', KEYS[2])
"""


class CacheManager(Base):
    def ready(self):
        self.take = self.client.register_script(TAKE)
        self.free = self.client.register_script(FREE)

    def get_or_compute(self, key, compute, ttl=None):
        name, seconds, lock = self.name(key), self.seconds(ttl), self.lockname(key)
        while True:
            state, text = self.take(keys=[name, lock], args=[uuid.uuid4().hex])
            if state == 1:
                return json.loads(text)
            if state == 0:
                break
            time.sleep(0.1)
        result = []
        try:
            value = compute()
            result = [json.dumps(value), seconds]
        finally:
            self.free(keys=[name, lock], args=[text, *result])
        return json.loads(result[0])
