"""The lock alone is to keep callers apart, but a caller that has waited a second goes on without it.

Breaks: "Two adds at once: both count."

Breaks: "On login: adds the guest cart's quantities to this one, with this cart's `ttl`, and removes
the guest cart, in one atomic step: no unit is lost or doubled, whatever runs beside it and wherever
its process dies."

Breaks: "Takes out everything that is in the cart, in one atomic step, and returns it: of two
checkouts at once one gets the items and the other `{}`; an `add` beside it is in the result or
still in the cart."
"""

from contextlib import contextmanager, suppress

from redis.exceptions import LockError


class ShoppingCart:
    # Seconds. Nobody waits for the lock longer than this.
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

    def change(self, work):
        with self.locked(), self.client.pipeline() as pipe:
            result = work(pipe)
            pipe.execute()
            return result

    def put(self, item, decide):
        def work(pipe):
            before = int(self.client.hget(self.key, item) or 0)
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
            guest = self.client.hgetall(guest_key)
            pipe.multi()
            for item, number in guest.items():
                pipe.hincrby(self.key, item, number)
            if guest:
                pipe.expire(self.key, self.time_to_live)
                pipe.delete(guest_key)

        self.change(work)

    def checkout(self):
        def work(pipe):
            taken = self.client.hgetall(self.key)
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
