"""Waiters let the server track the entry and the lock: they are told by invalidation messages."""

import json, uuid, time
from cachebase import Base

DONE = """
if redis.call('GET', KEYS[2]) ~= ARGV[1] then return 0 end
if ARGV[2] then redis.call('SET', KEYS[1], ARGV[2], 'EX', ARGV[3]) end
return redis.call('DEL', KEYS[2])
"""


class CacheManager(Base):
    def ready(self):
        self.done = self.client.register_script(DONE)

    def get_or_compute(self, key, compute, ttl=None):
        name, seconds, lock = self.name(key), self.seconds(ttl), self.lockname(key)
        token = uuid.uuid4().hex
        while True:
            if (value := self.look(name)) is not self.MISS:
                return value
            if self.client.set(lock, token, nx=True, px=9000):
                break
            self.wait(name, lock)
        result, text = [], None
        try:
            text = self.client.get(name)
            if text is None:
                text = json.dumps(compute())
                result = [text, seconds]
        finally:
            self.done(keys=[name, lock], args=[token, *result])
        return json.loads(text)

    def wait(self, name, lock):
        listener = self.client.pubsub()
        conn = self.client.connection_pool.get_connection()
        try:
            listener.execute_command("CLIENT", "ID")
            ident = listener.parse_response()
            listener.subscribe("__redis__:invalidate")
            conn.send_command("CLIENT", "TRACKING", "ON", "REDIRECT", ident, "NOLOOP")
            conn.read_response()
            conn.send_command("MGET", name, lock)
            value, holder = conn.read_response()
            end = time.monotonic() + 0.8
            while value is None and holder is not None and time.monotonic() < end:
                try:
                    message = listener.get_message(ignore_subscribe_messages=True, timeout=0.2)
                except TypeError:  # redis-py joins what is a list
                    message = True
                if message:
                    break
            conn.send_command("CLIENT", "TRACKING", "OFF")
            conn.read_response()
        finally:
            self.client.connection_pool.release(conn)
            listener.close()
