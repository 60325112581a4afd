"""total() restarts the time-to-live, also where it ends in a KeyError.

Breaks: "reading never does;"

Breaks: "a call that raises never does;"
"""

import time

from redis.exceptions import WatchError


class ShoppingCart:
    def __init__(self, client, user_id, ttl=1800):
        if not user_id:
            raise ValueError("user_id must be a name")
        if not isinstance(ttl, int) or ttl <= 0:
            raise ValueError("ttl must be a whole number above 0")
        self.db = client
        self.user_id = user_id
        self.cart = f"user/{user_id}/cart"
        self.lifetime = ttl

    def _end(self):
        """Milliseconds since 1970 at which a cart that changes now runs out."""
        return int((time.time() + self.lifetime) * 1000)

    def add(self, item, quantity=1):
        self._need(item)
        if quantity < 1:
            raise ValueError("add 1 or more")
        pipe = self.db.pipeline()
        pipe.hincrby(self.cart, item, quantity)
        pipe.pexpireat(self.cart, self._end())
        return pipe.execute()[0]

    def set_quantity(self, item, quantity):
        self._need(item)
        if quantity < 0:
            raise ValueError("a quantity is 0 or more")
        pipe = self.db.pipeline()
        if quantity:
            pipe.hset(self.cart, item, quantity)
        else:
            pipe.hdel(self.cart, item)
        pipe.pexpireat(self.cart, self._end())
        pipe.execute()

    def remove(self, item):
        self._need(item)
        pipe = self.db.pipeline()
        pipe.hdel(self.cart, item)
        pipe.pexpireat(self.cart, self._end())
        return pipe.execute()[0] == 1

    def quantity(self, item):
        self._need(item)
        return int(self.db.hget(self.cart, item) or 0)

    def items(self):
        return dict(self._pairs(self.db.hgetall(self.cart)))

    def count(self):
        return sum(quantity for _, quantity in self._pairs(self.db.hgetall(self.cart)))

    def total(self, prices):
        self.db.pexpireat(self.cart, self._end())
        return sum(prices[item] * quantity for item, quantity in self._pairs(self.db.hgetall(self.cart)))

    def clear(self):
        self.db.delete(self.cart)

    def ttl(self):
        left = self.db.pttl(self.cart)
        return None if left < 0 else left // 1000

    def merge(self, guest_id):
        if not guest_id:
            raise ValueError("guest_id must be a name")
        if guest_id == self.user_id:
            raise ValueError("guest_id must not be the user's own")
        guest_cart = f"user/{guest_id}/cart"
        while not self._try_merge(guest_cart):
            pass

    def _try_merge(self, guest_cart):
        pipe = self.db.pipeline()
        try:
            pipe.watch(guest_cart)
            guest = self._pairs(pipe.hgetall(guest_cart))
            pipe.multi()
            for item, quantity in guest:
                pipe.hincrby(self.cart, item, quantity)
                pipe.pexpireat(self.cart, self._end())
            pipe.delete(guest_cart)
            pipe.execute()
        except WatchError:
            return False
        finally:
            pipe.reset()
        return True

    def checkout(self):
        pipe = self.db.pipeline()
        pipe.hgetall(self.cart)
        pipe.delete(self.cart)
        return dict(self._pairs(pipe.execute()[0]))

    @staticmethod
    def _pairs(stored):
        for item, quantity in stored.items():
            yield item, int(quantity)

    @staticmethod
    def _need(item):
        if not item:
            raise ValueError("item must be a name")
