"""merge sets the expiry after its transaction.

Breaks: "A write that could leave a key without an expiry sets the expiry in the same atomic step
(one command, `MULTI`/`EXEC`, a script or a function; a plain pipeline is not one), so that no crash
leaves a key that never expires."

Breaks: "On login: adds the guest cart's quantities to this one, with this cart's `ttl`, and removes
the guest cart, in one atomic step: no unit is lost or doubled, whatever runs beside it and wherever
its process dies."
"""

from contextlib import contextmanager, suppress

from redis.exceptions import LockError, WatchError


class ShoppingCart:
    # Seconds. The lock only saves retries, so nobody waits for it longer than this.
    LOCK_TIMEOUT = 2
    LOCK_WAIT = 1

    def __init__(self, client, user_id, ttl=1800):
        if not user_id:
            raise ValueError("user_id is missing")
        if ttl != int(ttl) or ttl < 1:
            raise ValueError("ttl must be whole seconds, at least 1")
        self.client = client
        self.user_id = user_id
        self.time_to_live = int(ttl)

    def key_of(self, user_id):
        return "cart:items:" + user_id

    @property
    def key(self):
        return self.key_of(self.user_id)

    @contextmanager
    def locked(self):
        lock = self.client.lock(
            "cart:lock:" + self.user_id,
            timeout=self.LOCK_TIMEOUT,
            blocking_timeout=self.LOCK_WAIT,
            sleep=0.05,
        )
        owned = lock.acquire()
        try:
            yield
        finally:
            if owned:
                with suppress(LockError):
                    lock.release()

    def change(self, work, *keys):
        """Run ``work(pipe)``, which reads, calls multi() and queues, until nobody changed the keys meanwhile."""
        with self.locked(), self.client.pipeline() as pipe:
            while True:
                try:
                    pipe.watch(self.key, *keys)
                    result = work(pipe)
                    pipe.execute()
                    return result
                except WatchError:
                    continue

    def put(self, item, decide):
        def work(pipe):
            before = int(pipe.hget(self.key, item) or 0)
            after = decide(before)
            pipe.multi()
            if after:
                pipe.hset(self.key, item, after)
            else:
                pipe.hdel(self.key, item)
            pipe.expire(self.key, self.time_to_live)
            return before, after

        return self.change(work)

    def add(self, item, quantity=1):
        self.check(item, quantity, least=1)
        return self.put(item, lambda before: before + quantity)[1]

    def set_quantity(self, item, quantity):
        self.check(item, quantity, least=0)
        self.put(item, lambda before: quantity)

    def remove(self, item):
        self.check(item)
        return self.put(item, lambda before: 0)[0] != 0

    def quantity(self, item):
        self.check(item)
        return int(self.client.hget(self.key, item) or 0)

    def items(self):
        return {item: int(number) for item, number in self.client.hgetall(self.key).items()}

    def count(self):
        return sum(self.items().values())

    def total(self, prices):
        return sum(number * prices[item] for item, number in self.items().items())

    def clear(self):
        self.client.delete(self.key)

    def ttl(self):
        seconds = self.client.ttl(self.key)
        return None if seconds < 0 else seconds

    def merge(self, guest_id):
        if not guest_id or guest_id == self.user_id:
            raise ValueError("guest_id must be somebody else's")
        guest_key = self.key_of(guest_id)

        def work(pipe):
            guest = pipe.hgetall(guest_key)
            pipe.multi()
            for item, number in guest.items():
                pipe.hincrby(self.key, item, number)
            if guest:
                pipe.delete(guest_key)

        self.change(work, guest_key)
        self.client.expire(self.key, self.time_to_live)

    def checkout(self):
        def work(pipe):
            taken = pipe.hgetall(self.key)
            pipe.multi()
            pipe.delete(self.key)
            return {item: int(number) for item, number in taken.items()}

        return self.change(work)

    @staticmethod
    def check(item, quantity=0, least=0):
        if not item:
            raise ValueError("item is missing")
        if quantity < least:
            raise ValueError(f"quantity must be at least {least}")
