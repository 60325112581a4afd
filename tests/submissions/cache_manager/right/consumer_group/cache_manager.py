"""Who computes is a matter of a consumer group: one job in a stream, claimed by whoever finds it idle."""

import json, uuid, time
import redis
from cachebase import Base

TAKE = """
local text = redis.call('GET', KEYS[1])
if text then return {'hit', text} end
if redis.call('EXISTS', KEYS[2]) == 0 then
  redis.call('XGROUP', 'CREATE', KEYS[2], 'g', '0', 'MKSTREAM')
  redis.call('XADD', KEYS[2], '*', 'job', '1')
  redis.call('EXPIRE', KEYS[2], 60)
end
local new = redis.call('XREADGROUP', 'GROUP', 'g', ARGV[1], 'COUNT', 1, 'STREAMS', KEYS[2], '>')
if new then redis.call('EXPIRE', KEYS[2], 60) return {'mine', ''} end
local old = redis.call('XAUTOCLAIM', KEYS[2], 'g', ARGV[1], 9000, '0', 'COUNT', 1)
if #old[2] > 0 then redis.call('EXPIRE', KEYS[2], 60) return {'mine', ''} end
return {'wait', ''}
"""
DONE = """
if redis.call('EXISTS', KEYS[2]) == 0 then return 0 end
local p = redis.call('XPENDING', KEYS[2], 'g', '-', '+', 1)
if #p == 0 or p[1][2] ~= ARGV[1] then return 0 end
if ARGV[2] then redis.call('SET', KEYS[1], ARGV[2], 'EX', ARGV[3]) end
return redis.call('DEL', KEYS[2])
"""


class CacheManager(Base):
    def ready(self):
        self.take, self.done = map(self.client.register_script, (TAKE, DONE))

    def get_or_compute(self, key, compute, ttl=None):
        name, seconds, lock = self.name(key), self.seconds(ttl), self.lockname(key)
        token = uuid.uuid4().hex
        while True:
            word, text = self.take(keys=[name, lock], args=[token])
            if word == "hit":
                return json.loads(text)
            if word == "mine":
                break
            time.sleep(0.1)
        result = []
        try:
            value = compute()
            result = [json.dumps(value), seconds]
        finally:
            self.done(keys=[name, lock], args=[token, *result])
        return json.loads(result[0])
