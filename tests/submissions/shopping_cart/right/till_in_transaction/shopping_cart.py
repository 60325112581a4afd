"""A shopping cart that checks out through a till: renamed, read and deleted in one transaction."""

import secrets

import redis


class ShoppingCart:
    """Carts lie under c/, tills under t/."""

    def __init__(self, client, user_id, ttl=1800):
        if user_id == "" or not isinstance(ttl, int) or ttl < 1:
            raise ValueError("user_id must not be empty, ttl must be a whole number from 1 on")
        self._r = client
        self._user = user_id
        self._key = "c/" + user_id
        self._ttl = ttl

    def add(self, item, quantity=1):
        self._name(item)
        if quantity < 1:
            raise ValueError("quantity < 1")
        with self._r.pipeline() as p:
            p.hincrby(self._key, item, quantity)
            p.expire(self._key, self._ttl)
            new, _ = p.execute()
        return new

    def set_quantity(self, item, quantity):
        self._name(item)
        if quantity < 0:
            raise ValueError("quantity < 0")
        if not quantity:
            self.remove(item)
        else:
            with self._r.pipeline() as p:
                p.hset(self._key, item, quantity)
                p.expire(self._key, self._ttl)
                p.execute()

    def remove(self, item):
        self._name(item)
        removed = self._r.hdel(self._key, item)
        if removed:
            # The cart keeps its old expiry until this; it is never without one.
            self._r.expire(self._key, self._ttl)
        return removed > 0

    def quantity(self, item):
        self._name(item)
        return int(self._r.hget(self._key, item) or 0)

    def items(self):
        return self._numbers(self._r.hgetall(self._key))

    def count(self):
        return sum(int(n) for n in self._r.hvals(self._key))

    def total(self, prices):
        cents = 0
        for item, n in self.items().items():
            if item not in prices:
                raise KeyError(item)
            cents += n * prices[item]
        return cents

    def clear(self):
        self._r.unlink(self._key)

    def ttl(self):
        t = self._r.ttl(self._key)
        return None if t == -2 else t

    def merge(self, guest_id):
        self._name(guest_id)
        if guest_id == self._user:
            raise ValueError("own id")
        guest_key = "c/" + guest_id

        def pour(p):
            guest = self._numbers(p.hgetall(guest_key))
            p.multi()
            for item, n in guest.items():
                p.hincrby(self._key, item, n)
            if guest:
                p.expire(self._key, self._ttl)
                p.delete(guest_key)

        self._r.transaction(pour, guest_key)

    def checkout(self):
        till = "t/" + secrets.token_hex(12)
        try:
            with self._r.pipeline() as p:
                p.rename(self._key, till)
                p.expire(till, 60)
                p.hgetall(till)
                p.delete(till)
                return self._numbers(p.execute()[2])
        except redis.ResponseError as error:
            if "no such key" not in str(error):
                raise
            return {}

    @staticmethod
    def _numbers(texts):
        return {item: int(n) for item, n in texts.items()}

    @staticmethod
    def _name(name):
        if name == "":
            raise ValueError("empty name")
