"""A shopping cart that tries five times under WATCH, and sleeps a little longer before each new try."""

import random
import time
from collections import Counter

import redis


class Busy(Exception):
    """Others were faster, again and again."""


def checked(name):
    if not isinstance(name, str) or not name:
        raise ValueError(f"not a name: {name!r}")
    return name


class ShoppingCart:
    TRIES = 5

    def __init__(self, client: redis.Redis, user_id: str, ttl: int = 1800):
        checked(user_id)
        if not isinstance(ttl, int) or isinstance(ttl, bool) or ttl < 1:
            raise ValueError(f"not a time-to-live: {ttl!r}")
        self._client = client
        self._user_id = user_id
        self._ttl = ttl

    @staticmethod
    def _key(user_id):
        return "cart|" + user_id

    def _load(self, source, user_id):
        return Counter({item: int(n) for item, n in source.hgetall(self._key(user_id)).items()})

    def _save(self, pipe, cart, user_id):
        key = self._key(user_id)
        pipe.delete(key)
        if cart:
            pipe.hset(key, mapping=cart)
            pipe.expire(key, self._ttl)

    def _change(self, work, *guests):
        users = [self._user_id, *guests]
        for attempt in range(self.TRIES):
            with self._client.pipeline() as pipe:
                try:
                    pipe.watch(*map(self._key, users))
                    carts = [self._load(pipe, user) for user in users]
                    result = work(*carts)
                    pipe.multi()
                    for user, cart in zip(users, carts):
                        self._save(pipe, cart, user)
                    pipe.execute()
                    return result
                except redis.WatchError:
                    time.sleep(random.uniform(0.01, 0.05) * 2**attempt)
        raise Busy(f"the cart of {self._user_id} is changed all the time")

    def add(self, item, quantity=1):
        checked(item)
        if quantity < 1:
            raise ValueError("quantity")

        def work(cart):
            cart[item] += quantity
            return cart[item]

        return self._change(work)

    def set_quantity(self, item, quantity):
        checked(item)
        if quantity < 0:
            raise ValueError("quantity")

        def work(cart):
            cart[item] = quantity
            if not quantity:
                del cart[item]

        self._change(work)

    def remove(self, item):
        checked(item)
        return self._change(lambda cart: cart.pop(item, 0)) > 0

    def quantity(self, item):
        checked(item)
        return self._load(self._client, self._user_id)[item]

    def items(self):
        return dict(self._load(self._client, self._user_id))

    def count(self):
        return self._load(self._client, self._user_id).total()

    def total(self, prices):
        return sum(n * prices[item] for item, n in self.items().items())

    def clear(self):
        self._client.delete(self._key(self._user_id))

    def ttl(self):
        left = self._client.pttl(self._key(self._user_id))
        return None if left == -2 else int(left / 1000)

    def merge(self, guest_id):
        if checked(guest_id) == self._user_id:
            raise ValueError("the user's own id")

        def work(cart, guest):
            if guest:
                cart.update(guest)
                guest.clear()

        self._change(work, guest_id)

    def checkout(self):
        def work(cart):
            sold = dict(cart)
            cart.clear()
            return sold

        return self._change(work)
