"""set_quantity(item, 0) looks whether items are left, and deletes the cart if not, in two steps.

Breaks: "Two adds at once: both count."
"""

import redis


class ShoppingCart:
    def __init__(self, client, user_id, ttl=1800):
        if not isinstance(ttl, int) or ttl <= 0:
            raise ValueError("ttl must be a positive whole number of seconds")
        if not user_id:
            raise ValueError("user_id must not be empty")
        self.client = client
        self.user_id = user_id
        self.ttl_seconds = ttl
        self.key = f"cart:{user_id}"

    def add(self, item, quantity=1):
        if not item or quantity < 1:
            raise ValueError("bad item or quantity")
        with self.client.pipeline() as pipe:
            while True:
                try:
                    pipe.watch(self.key)
                    new = int(pipe.hget(self.key, item) or 0) + quantity
                    pipe.multi()
                    pipe.hset(self.key, item, new)
                    pipe.expire(self.key, self.ttl_seconds)
                    pipe.execute()
                    return new
                except redis.WatchError:
                    continue

    def set_quantity(self, item, quantity):
        if not item or quantity < 0:
            raise ValueError("bad item or quantity")
        with self.client.pipeline() as pipe:
            if quantity:
                pipe.hset(self.key, item, quantity)
            else:
                pipe.hdel(self.key, item)
            pipe.expire(self.key, self.ttl_seconds)
            pipe.execute()
        if not quantity and not self.client.hlen(self.key):
            self.client.delete(self.key)

    def remove(self, item):
        if not item:
            raise ValueError("bad item")
        with self.client.pipeline() as pipe:
            pipe.hdel(self.key, item)
            pipe.expire(self.key, self.ttl_seconds)
            return bool(pipe.execute()[0])

    def quantity(self, item):
        if not item:
            raise ValueError("bad item")
        return int(self.client.hget(self.key, item) or 0)

    def items(self):
        return {item: int(n) for item, n in self.client.hgetall(self.key).items()}

    def count(self):
        return sum(self.items().values())

    def total(self, prices):
        return sum(n * prices[item] for item, n in self.items().items())

    def clear(self):
        self.client.delete(self.key)

    def ttl(self):
        left = self.client.ttl(self.key)
        return left if left >= 0 else None

    def merge(self, guest_id):
        if not guest_id or guest_id == self.user_id:
            raise ValueError("bad guest")
        guest = f"cart:{guest_id}"
        with self.client.pipeline() as pipe:
            while True:
                try:
                    pipe.watch(guest, self.key)
                    units = pipe.hgetall(guest)
                    mine = pipe.hgetall(self.key)
                    if not units:
                        return
                    pipe.multi()
                    for item, n in units.items():
                        pipe.hset(self.key, item, int(mine.get(item, 0)) + int(n))
                    pipe.expire(self.key, self.ttl_seconds)
                    pipe.delete(guest)
                    pipe.execute()
                    return
                except redis.WatchError:
                    continue

    def checkout(self):
        with self.client.pipeline() as pipe:
            while True:
                try:
                    pipe.watch(self.key)
                    units = pipe.hgetall(self.key)
                    pipe.multi()
                    pipe.delete(self.key)
                    pipe.execute()
                    return {item: int(n) for item, n in units.items()}
                except redis.WatchError:
                    continue
