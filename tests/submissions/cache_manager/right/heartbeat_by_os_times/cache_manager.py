"""The lock lasts three seconds and is renewed by a thread that goes by os.times, looking each tenth of a second."""

import os, threading
import json, uuid, time
from cachebase import Base

DONE = """
if redis.call("GET", KEYS[2]) ~= ARGV[1] then return 0 end
if ARGV[2] then redis.call("SET", KEYS[1], ARGV[2], "EX", ARGV[3]) end
return redis.call("DEL", KEYS[2])
"""


RENEW = """
if redis.call("GET", KEYS[1]) == ARGV[1] then return redis.call("PEXPIRE", KEYS[1], 3000) end
return 0
"""


class CacheManager(Base):
    def ready(self):
        self.done = self.client.register_script(DONE)
        self.renew = self.client.register_script(RENEW)

    def beat(self, lock, token, stop):
        due = os.times().elapsed + 1
        while not stop.wait(0.1):
            if os.times().elapsed >= due:
                if not self.renew(keys=[lock], args=[token]):
                    return
                due += 1

    def get_or_compute(self, key, compute, ttl=None):
        name, seconds, lock = self.name(key), self.seconds(ttl), self.lockname(key)
        token = uuid.uuid4().hex
        while True:
            if (value := self.look(name)) is not self.MISS:
                return value
            if self.client.set(lock, token, nx=True, px=3000):
                break
            time.sleep(0.1)
        stop = threading.Event()
        thread = threading.Thread(target=self.beat, args=(lock, token, stop), daemon=True)
        thread.start()
        result, text = [], None
        try:
            text = self.client.get(name)
            if text is None:
                text = json.dumps(compute())
                result = [text, seconds]
        finally:
            stop.set()
            thread.join()
            self.done(keys=[name, lock], args=[token, *result])
        return json.loads(text)
