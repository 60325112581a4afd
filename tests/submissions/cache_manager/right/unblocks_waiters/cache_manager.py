"""Waiters block on a list that never fills and leave their client id; who computed unblocks each of them."""

import json, uuid, time
from cachebase import Base

DONE = """
if redis.call('GET', KEYS[2]) ~= ARGV[1] then return {} end
if ARGV[3] then redis.call('SET', KEYS[1], ARGV[2], 'EX', ARGV[3]) end
redis.call('DEL', KEYS[2])
local ids = redis.call('SMEMBERS', KEYS[3])
redis.call('DEL', KEYS[3])
return ids
"""
WAIT = """
redis.call('SADD', KEYS[1], ARGV[1])
redis.call('PEXPIRE', KEYS[1], 12000)
"""


class CacheManager(Base):
    def ready(self):
        self.done = self.client.register_script(DONE)
        self.wait = self.client.register_script(WAIT)

    def get_or_compute(self, key, compute, ttl=None):
        name, seconds, lock, bell = self.name(key), self.seconds(ttl), self.lockname(key), self.bellname(key)
        token = uuid.uuid4().hex
        mine = self.client.client()
        try:
            me = mine.client_id()
            while True:
                if (value := self.look(name)) is not self.MISS:
                    return value
                if self.client.set(lock, token, nx=True, px=9000):
                    break
                self.wait(keys=[bell], args=[me], client=self.client)
                mine.blpop([self.namespace + ":never:"], timeout=0.8)
        finally:
            mine.close()
        result, text = [], None
        try:
            text = self.client.get(name)
            if text is None:
                text = json.dumps(compute())
                result = [text, seconds]
        finally:
            for one in self.done(keys=[name, lock, bell], args=[token, *result]):
                self.client.client_unblock(int(one))
        return json.loads(text)
