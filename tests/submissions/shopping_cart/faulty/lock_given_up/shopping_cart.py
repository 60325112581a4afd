"""Who has not got the lock after ten tries goes on without it.

Breaks: "Adds, returns the item's new quantity; quantity below 1: `ValueError`. Two adds at once:
both count."
"""

import time
import uuid


class Lock:
    """One lock for everybody. It runs out by itself, and only its holder releases it."""

    NAME = "lock/shop"
    MILLISECONDS = 5_000
    RELEASE = """
        if redis.call('GET', KEYS[1]) == ARGV[1] then
            return redis.call('DEL', KEYS[1])
        end
        return 0
    """

    def __init__(self, client):
        self.client = client

    def __enter__(self):
        self.token = str(uuid.uuid4())
        for _ in range(10):
            if self.client.set(self.NAME, self.token, nx=True, px=self.MILLISECONDS):
                break
            time.sleep(0.01)
        return self

    def __exit__(self, *error):
        self.client.eval(self.RELEASE, 1, self.NAME, self.token)


class ShoppingCart:
    def __init__(self, client, user_id, ttl=1800):
        if not user_id or type(ttl) is not int or ttl < 1:
            raise ValueError("user_id is a name, and ttl a whole number above 0")
        self.client = client
        self.user_id = user_id
        self.ttl_seconds = ttl

    def key(self, user_id=None):
        return "cart/" + (user_id or self.user_id)

    def write(self, cart, emptied=None):
        """The whole cart anew, and another one away, in one transaction."""
        pipe = self.client.pipeline(transaction=True)
        pipe.delete(self.key())
        if cart:
            pipe.hset(self.key(), mapping=cart)
            pipe.expire(self.key(), self.ttl_seconds)
        if emptied:
            pipe.delete(self.key(emptied))
        pipe.execute()

    def read(self, user_id=None):
        return {item: int(number) for item, number in self.client.hgetall(self.key(user_id)).items()}

    def add(self, item, quantity=1):
        if not item or quantity < 1:
            raise ValueError("add takes a name and 1 or more")
        with Lock(self.client):
            cart = self.read()
            cart[item] = cart.get(item, 0) + quantity
            self.write(cart)
            return cart[item]

    def set_quantity(self, item, quantity):
        if not item or quantity < 0:
            raise ValueError("set_quantity takes a name and 0 or more")
        with Lock(self.client):
            cart = self.read()
            cart[item] = quantity
            self.write({item: number for item, number in cart.items() if number})

    def remove(self, item):
        if not item:
            raise ValueError("remove takes a name")
        with Lock(self.client):
            cart = self.read()
            there = cart.pop(item, None) is not None
            self.write(cart)
            return there

    def quantity(self, item):
        if not item:
            raise ValueError("quantity takes a name")
        return self.read().get(item, 0)

    def items(self):
        return self.read()

    def count(self):
        return sum(self.read().values())

    def total(self, prices):
        return sum(number * prices[item] for item, number in self.read().items())

    def clear(self):
        with Lock(self.client):
            self.write({})

    def ttl(self):
        left = self.client.ttl(self.key())
        return left if left >= 0 else None

    def merge(self, guest_id):
        if not guest_id or guest_id == self.user_id:
            raise ValueError("merge takes another user's name")
        with Lock(self.client):
            cart = self.read()
            for item, number in self.read(guest_id).items():
                cart[item] = cart.get(item, 0) + number
            self.write(cart, emptied=guest_id)

    def checkout(self):
        with Lock(self.client):
            cart = self.read()
            self.write({})
            return cart
