"""Scripts keep the locks in database 3, by SELECT within."""

import json, time, uuid
from cachebase import Base

TAKE = """
local text = redis.call('GET', KEYS[1])
if text then return {'hit', text} end
redis.call('SELECT', 3)
local done = redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', 9000)
return {done and 'mine' or 'wait', ''}
"""
DONE = """
redis.call('SELECT', 3)
local mine = redis.call('GET', KEYS[1]) == ARGV[1]
if mine then redis.call('DEL', KEYS[1]) end
redis.call('SELECT', 0)
if mine and ARGV[2] then redis.call('SET', KEYS[1], ARGV[2], 'EX', ARGV[3]) end
"""


class CacheManager(Base):
    def ready(self):
        self.take, self.done = map(self.client.register_script, (TAKE, DONE))

    def get_or_compute(self, key, compute, ttl=None):
        name, seconds, token = self.name(key), self.seconds(ttl), uuid.uuid4().hex
        while True:
            word, text = self.take(keys=[name], args=[token])
            if word == "hit":
                return json.loads(text)
            if word == "mine":
                break
            time.sleep(0.1)
        result = []
        try:
            result = [json.dumps(compute()), seconds]
        finally:
            self.done(keys=[name], args=[token, *result])
        return json.loads(result[0])
