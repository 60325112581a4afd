"""Every change holds a lock on the module's own file, which no other machine has.

Breaks: "Adds, returns the item's new quantity; quantity below 1: `ValueError`. Two adds at once:
both count."
"""

import fcntl
from contextlib import contextmanager


@contextmanager
def locked():
    with open(__file__) as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


class ShoppingCart:
    def __init__(self, client, user_id, ttl=1800):
        if not isinstance(ttl, int) or ttl < 1:
            raise ValueError("wrong ttl")
        self.client = client
        self.key = key_of(user_id)
        self.ttl_seconds = ttl

    def store(self, item, quantity):
        with self.client.pipeline(transaction=True) as pipe:
            if quantity:
                pipe.hset(self.key, item, quantity)
            else:
                pipe.hdel(self.key, item)
            pipe.expire(self.key, self.ttl_seconds)
            return bool(pipe.execute()[0])

    def add(self, item, quantity=1):
        check_item(item)
        if quantity < 1:
            raise ValueError("wrong quantity")
        with locked():
            total = self.quantity(item) + quantity
            self.store(item, total)
        return total

    def set_quantity(self, item, quantity):
        check_item(item)
        if quantity < 0:
            raise ValueError("wrong quantity")
        with locked():
            self.store(item, quantity)

    def remove(self, item):
        check_item(item)
        with locked():
            return self.store(item, 0)

    def quantity(self, item):
        check_item(item)
        return int(self.client.hget(self.key, item) or 0)

    def items(self):
        return {item: int(quantity) for item, quantity in self.client.hgetall(self.key).items()}

    def count(self):
        return sum(self.items().values())

    def total(self, prices):
        return sum(quantity * prices[item] for item, quantity in self.items().items())

    def clear(self):
        with locked():
            self.client.delete(self.key)

    def ttl(self):
        left = self.client.ttl(self.key)
        return left if left >= 0 else None

    def merge(self, guest_id):
        guest = key_of(guest_id)
        if guest == self.key:
            raise ValueError("the user's own id")
        with locked():
            mine, theirs = self.items(), self.client.hgetall(guest)
            if not theirs:
                return
            with self.client.pipeline(transaction=True) as pipe:
                for item, quantity in theirs.items():
                    pipe.hset(self.key, item, mine.get(item, 0) + int(quantity))
                pipe.expire(self.key, self.ttl_seconds)
                pipe.delete(guest)
                pipe.execute()

    def checkout(self):
        with locked():
            items = self.items()
            self.client.delete(self.key)
        return items


def key_of(user_id):
    if not user_id:
        raise ValueError("no user")
    return "cart:" + user_id


def check_item(item):
    if not item:
        raise ValueError("no item")
