"""A waiter's look is one batch: wait for the bell for half a second, and read the value."""

import json, uuid
from cachebase import Base

DONE = """
if redis.call('GET', KEYS[2]) == ARGV[1] then
  if ARGV[3] then redis.call('SET', KEYS[1], ARGV[2], 'EX', ARGV[3]) end
  redis.call('DEL', KEYS[2])
  redis.call('RPUSH', KEYS[3], 1, 1, 1, 1)
  redis.call('PEXPIRE', KEYS[3], 400)
end
"""


class CacheManager(Base):
    def ready(self):
        self.done = self.client.register_script(DONE)

    def get_or_compute(self, key, compute, ttl=None):
        name, seconds, lock, bell = self.name(key), self.seconds(ttl), self.lockname(key), self.bellname(key)
        token = uuid.uuid4().hex
        text = self.client.get(name)
        while text is None and not self.client.set(lock, token, nx=True, px=9000):
            with self.client.pipeline(transaction=False) as pipe:
                pipe.blpop(bell, 0.5)
                pipe.get(name)
                text = pipe.execute()[1]
        if text is not None:
            return json.loads(text)
        result = []
        try:
            text = self.client.get(name)
            if text is None:
                text = json.dumps(compute())
                result = [text, seconds]
        finally:
            self.done(keys=[name, lock, bell], args=[token, *result])
        return json.loads(text)
