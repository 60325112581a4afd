"""WATCHes its lock for as long as compute runs: EXEC then fails if the lock was lost in the meantime."""

import json, time, uuid
import redis
from cachebase import Base


class CacheManager(Base):
    def get_or_compute(self, key, compute, ttl=None):
        name, seconds, lock = self.name(key), self.seconds(ttl), self.lockname(key)
        token = uuid.uuid4().hex
        while True:
            if (value := self.look(name)) is not self.MISS:
                return value
            if self.client.set(lock, token, nx=True, px=9500):
                break
            time.sleep(0.2)
        with self.client.pipeline() as pipe:
            pipe.watch(lock)
            if pipe.get(lock) != token:
                return self.get_or_compute(key, compute, ttl)
            text, stored = pipe.get(name), None
            try:
                if text is None:
                    text = stored = json.dumps(compute())
            finally:
                pipe.multi()
                if stored is not None:
                    pipe.set(name, stored, ex=seconds)
                pipe.delete(lock)
                try:
                    pipe.execute()
                except redis.WatchError:
                    pass  # somebody else's by now: nothing is stored or released
        return json.loads(text)
