import json, time, uuid
from cachebase import Base

DONE = """
if redis.call("GET", KEYS[2]) ~= ARGV[1] then return 0 end
if ARGV[3] then redis.call("SET", KEYS[1], ARGV[2], "EX", ARGV[3]) end
return redis.call("DEL", KEYS[2])
"""


class Plain(Base):
    LOCK = 9000

    def ready(self):
        self.done = self.client.register_script(DONE)

    def pause(self):
        time.sleep(0.25)

    def get_or_compute(self, key, compute, ttl=None):
        name, seconds, lock = self.name(key), self.seconds(ttl), self.lockname(key)
        token = uuid.uuid4().hex
        while True:
            if (value := self.look(name)) is not self.MISS:
                return value
            if self.client.set(lock, token, nx=True, px=self.LOCK):
                break
            self.pause()
        result, text = [], None
        try:
            text = self.client.get(name)
            if text is None:
                text = json.dumps(compute())
                result = [text, seconds]
        finally:
            self.done(keys=[name, lock], args=[token, *result])
        return json.loads(text)
