"""A shopping cart that reckons in whole seconds since 1970: EXPIREAT, and ttl by EXPIRETIME."""

import time

from redis import WatchError


def now():
    return int(time.time())


class ShoppingCart:
    PREFIX = "shop.cart."

    def __init__(self, client, user_id, ttl=1800):
        if user_id == "":
            raise ValueError("empty user_id")
        if type(ttl) is not int or ttl <= 0:
            raise ValueError("wrong ttl")
        self.client = client
        self.user_id = user_id
        self.ttl_in_seconds = ttl
        self.name = self.PREFIX + user_id

    def _atomically(self, *steps):
        pipe = self.client.pipeline()
        for step in steps:
            step(pipe)
        pipe.expireat(self.name, now() + self.ttl_in_seconds)
        return pipe.execute()

    def add(self, item, quantity=1):
        self._refuse_empty(item)
        if quantity < 1:
            raise ValueError("wrong quantity")
        return self._atomically(lambda pipe: pipe.hincrby(self.name, item, quantity))[0]

    def set_quantity(self, item, quantity):
        self._refuse_empty(item)
        if quantity < 0:
            raise ValueError("wrong quantity")
        if quantity > 0:
            self._atomically(lambda pipe: pipe.hset(self.name, item, quantity))
        else:
            self._atomically(lambda pipe: pipe.hdel(self.name, item))

    def remove(self, item):
        self._refuse_empty(item)
        return bool(self._atomically(lambda pipe: pipe.hdel(self.name, item))[0])

    def quantity(self, item):
        self._refuse_empty(item)
        return int(self.client.hget(self.name, item) or 0)

    def items(self):
        names = self.client.hkeys(self.name)
        values = self.client.hmget(self.name, names) if names else []
        # An item may have gone between the two commands.
        return {name: int(value) for name, value in zip(names, values) if value is not None}

    def count(self):
        return sum(self.items().values())

    def total(self, prices):
        return sum(quantity * prices[item] for item, quantity in self.items().items())

    def clear(self):
        self.client.delete(self.name)

    def ttl(self):
        end = self.client.expiretime(self.name)
        return None if end < 0 else max(0, end - now())

    def merge(self, guest_id):
        self._refuse_empty(guest_id)
        if guest_id == self.user_id:
            raise ValueError("the user's own id")
        other = self.PREFIX + guest_id
        while True:
            with self.client.pipeline() as pipe:
                pipe.watch(other)
                found = dict(pipe.hscan_iter(other))
                pipe.multi()
                for item, quantity in found.items():
                    pipe.hincrby(self.name, item, quantity)
                if found:
                    pipe.expireat(self.name, now() + self.ttl_in_seconds)
                pipe.unlink(other)
                try:
                    pipe.execute()
                except WatchError:
                    continue
                break

    def checkout(self):
        pipe = self.client.pipeline()
        pipe.hgetall(self.name)
        pipe.delete(self.name)
        return {item: int(quantity) for item, quantity in pipe.execute()[0].items()}

    @staticmethod
    def _refuse_empty(text):
        if text == "":
            raise ValueError("empty name")
