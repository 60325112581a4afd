"""Everything lies in database 3, and leases are reckoned by the server's TIME, in scripts."""

import redis
import json, uuid, time
from cachebase import Base

DONE = """
if redis.call("GET", KEYS[2]) ~= ARGV[1] then return 0 end
if ARGV[2] then redis.call("SET", KEYS[1], ARGV[2], "EX", ARGV[3]) end
return redis.call("DEL", KEYS[2])
"""


TAKE = """
local t = redis.call('TIME')
local ms = t[1] * 1000 + math.floor(t[2] / 1000)
local text = redis.call('GET', KEYS[1])
if text then return {1, text} end
local holder = redis.call('HGET', KEYS[2], 'until')
if holder and tonumber(holder) > ms then return {-1, ''} end
redis.call('HSET', KEYS[2], 'by', ARGV[1], 'until', string.format('%.0f', ms + 9000))
redis.call('PEXPIRE', KEYS[2], 10000)
return {0, ''}
"""
FREE = """
if redis.call('HGET', KEYS[2], 'by') ~= ARGV[1] then return 0 end
if ARGV[2] then
  local t = redis.call('TIME')
  redis.call('SET', KEYS[1], ARGV[2], 'PXAT', string.format('%.0f', t[1] * 1000 + ARGV[3] * 1000))
end
return redis.call('DEL', KEYS[2])
"""


class CacheManager(Base):
    def ready(self):
        pool = self.client.connection_pool
        kwargs = {**pool.connection_kwargs, "db": 3}
        self.client = redis.Redis(
            connection_pool=redis.ConnectionPool(connection_class=pool.connection_class, **kwargs)
        )
        self.take = self.client.register_script(TAKE)
        self.free = self.client.register_script(FREE)

    def get_or_compute(self, key, compute, ttl=None):
        name, seconds, lock = self.name(key), self.seconds(ttl), self.lockname(key)
        token = uuid.uuid4().hex
        while True:
            state, text = self.take(keys=[name, lock], args=[token])
            if state == 1:
                return json.loads(text)
            if state == 0:
                break
            time.sleep(0.1)
        result = []
        try:
            result = [json.dumps(compute()), seconds]
        finally:
            self.free(keys=[name, lock], args=[token, *result])
        return json.loads(result[0])
