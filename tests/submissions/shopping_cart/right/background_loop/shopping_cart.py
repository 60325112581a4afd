"""An event loop runs in a thread that starts with the module; every method is a coroutine on it."""

import asyncio
import threading

LOOP = asyncio.new_event_loop()
threading.Thread(target=LOOP.run_forever, daemon=True, name="cart-loop").start()

POUR = """
local got = redis.call('HGETALL', KEYS[2])
for i = 1, #got, 2 do redis.call('HINCRBY', KEYS[1], got[i], got[i+1]) end
if #got > 0 then redis.call('EXPIRE', KEYS[1], ARGV[1]); redis.call('DEL', KEYS[2]) end
"""


def wait(coroutine):
    return asyncio.run_coroutine_threadsafe(coroutine, LOOP).result()


class ShoppingCart:
    def __init__(self, client, user_id, ttl=1800):
        if ttl != int(ttl) or ttl < 1 or user_id == "":
            raise ValueError("bad user or ttl")
        self._c, self._id, self._seconds = client, user_id, int(ttl)

    @property
    def _key(self):
        return f"cart:{self._id}"

    async def _do(self, *commands):
        def run():
            pipe = self._c.pipeline(transaction=True)
            for command in commands:
                pipe.execute_command(*command)
            return pipe.execute()

        return await asyncio.to_thread(run)

    async def _all(self):
        return {f: int(v) for f, v in (await self._do(("HGETALL", self._key)))[0].items()}

    def add(self, item, quantity=1):
        if not item or quantity < 1:
            raise ValueError((item, quantity))
        return wait(self._do(("HINCRBY", self._key, item, quantity), ("EXPIRE", self._key, self._seconds)))[0]

    def set_quantity(self, item, quantity):
        if not item or quantity < 0:
            raise ValueError((item, quantity))
        change = ("HSET", self._key, item, quantity) if quantity else ("HDEL", self._key, item)
        wait(self._do(change, ("EXPIRE", self._key, self._seconds)))

    def remove(self, item):
        if not item:
            raise ValueError(item)
        return bool(wait(self._do(("HDEL", self._key, item), ("EXPIRE", self._key, self._seconds)))[0])

    def quantity(self, item):
        if not item:
            raise ValueError(item)
        return int(wait(self._do(("HGET", self._key, item)))[0] or 0)

    def items(self):
        return wait(self._all())

    def count(self):
        return sum(self.items().values())

    def total(self, prices):
        async def reckon():
            return sum([n * prices[i] for i, n in (await self._all()).items()])

        return wait(reckon())

    def clear(self):
        wait(self._do(("DEL", self._key)))

    def ttl(self):
        left = wait(self._do(("PTTL", self._key)))[0]
        return left // 1000 if left >= 0 else None

    def merge(self, guest_id):
        if not guest_id or guest_id == self._id:
            raise ValueError(guest_id)
        wait(asyncio.to_thread(self._c.eval, POUR, 2, self._key, f"cart:{guest_id}", self._seconds))

    def checkout(self):
        got = wait(self._do(("HGETALL", self._key), ("DEL", self._key)))[0]
        return {f: int(v) for f, v in got.items()}
