"""HGETDEL takes items out and tells what they were; checkout watches the cart so that none is left behind."""

import time
from random import random

from redis.exceptions import WatchError


class ShoppingCart:
    def __init__(self, client, user_id, ttl=1800):
        if not user_id:
            raise ValueError("user_id must not be empty")
        if not isinstance(ttl, int) or ttl < 1:
            raise ValueError("ttl must be at least 1")
        self._c, self._id, self._s = client, user_id, ttl
        self._k = f"user:{user_id}"

    def _item(self, item):
        if not item:
            raise ValueError("item must not be empty")

    def add(self, item, quantity=1):
        self._item(item)
        if quantity < 1:
            raise ValueError("quantity must be at least 1")
        with self._c.pipeline() as p:
            p.hincrby(self._k, item, quantity)
            p.expire(self._k, self._s)
            return p.execute()[0]

    def set_quantity(self, item, quantity):
        self._item(item)
        if quantity < 0:
            raise ValueError("quantity must be at least 0")
        if quantity == 0:
            return self._take(item) and None
        with self._c.pipeline() as p:
            p.hset(self._k, mapping={item: str(quantity)})
            p.expire(self._k, self._s)
            p.execute()

    def _take(self, *items):
        with self._c.pipeline() as p:
            p.execute_command("HGETDEL", self._k, "FIELDS", len(items), *items)
            p.expire(self._k, self._s)
            return p.execute()[0]

    def remove(self, item):
        self._item(item)
        return self._take(item)[0] is not None

    def quantity(self, item):
        self._item(item)
        return int(self._c.hget(self._k, item) or 0)

    def items(self):
        return {i: int(n) for i, n in self._c.hscan_iter(self._k, count=50)}

    def count(self):
        return sum(self.items().values())

    def total(self, prices):
        return sum(n * prices[i] for i, n in self.items().items())

    def clear(self):
        self._c.delete(self._k)

    def ttl(self):
        left = self._c.ttl(self._k)
        return left if left > -1 else None

    def _retry(self, attempt, *keys):
        tries = 0
        while True:
            with self._c.pipeline() as p:
                try:
                    p.watch(*keys)
                    return attempt(p)
                except WatchError:
                    tries += 1
                    time.sleep(min(0.001 * 2**tries, 0.05) * random())

    def checkout(self):
        def attempt(p):
            names = p.hkeys(self._k)
            if not names:
                return {}
            p.multi()
            p.execute_command("HGETDEL", self._k, "FIELDS", len(names), *names)
            return {name: int(n) for name, n in zip(names, p.execute()[0])}

        return self._retry(attempt, self._k)

    def merge(self, guest_id):
        if not guest_id or guest_id == self._id:
            raise ValueError("guest_id must be another user's")
        guest = f"user:{guest_id}"

        def attempt(p):
            theirs, mine = p.hgetall(guest), p.hgetall(self._k)
            if theirs:
                sums = {item: int(n) + int(mine.get(item, 0)) for item, n in theirs.items()}
                p.multi()
                p.hset(self._k, mapping=sums)
                p.expire(self._k, self._s)
                p.delete(guest)
                p.execute()

        self._retry(attempt, guest, self._k)
