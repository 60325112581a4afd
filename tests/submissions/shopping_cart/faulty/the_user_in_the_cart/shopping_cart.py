"""The hash has a field with the user's id besides the items, and it stays when they have gone.

Breaks: "After any call, a user whose cart is empty has no key at all."
"""

import redis


class ShoppingCart:
    def __init__(self, client, user_id, ttl=1800):
        if not user_id:
            raise ValueError("the user has no name")
        if not isinstance(ttl, int) or ttl < 1:
            raise ValueError("the time-to-live is a whole number above 0")
        self.client = client
        self.user_id = user_id
        self.lifetime = ttl
        self.key = self.key_of(user_id)

    @staticmethod
    def key_of(user_id):
        return f"cart:{user_id}"

    def commit(self, pipe):
        pipe.hset(self.key, "_user", self.user_id).expire(self.key, self.lifetime)
        return pipe.execute()[0]

    def add(self, item, quantity=1):
        self.check(item, quantity, 1)
        return self.commit(self.client.pipeline().hincrby(self.key, item, quantity))

    def set_quantity(self, item, quantity):
        self.check(item, quantity, 0)
        pipe = self.client.pipeline()
        self.commit(pipe.hset(self.key, item, quantity) if quantity else pipe.hdel(self.key, item))

    def remove(self, item):
        self.check(item)
        return self.commit(self.client.pipeline().hdel(self.key, item)) == 1

    def quantity(self, item):
        self.check(item)
        return int(self.client.hget(self.key, item) or 0)

    def items(self):
        return numbers(self.client.hgetall(self.key))

    def count(self):
        return sum(self.items().values())

    def total(self, prices):
        return sum(quantity * prices[item] for item, quantity in self.items().items())

    def clear(self):
        self.client.delete(self.key)

    def ttl(self):
        seconds = self.client.ttl(self.key)
        return None if seconds < 0 else seconds

    def merge(self, guest_id):
        self.check(guest_id)
        if guest_id == self.user_id:
            raise ValueError("the guest is the user")
        guest_key = self.key_of(guest_id)
        while True:
            with self.client.pipeline() as pipe:
                pipe.watch(guest_key)
                guest = pipe.hgetall(guest_key)
                pipe.multi()
                for item, quantity in numbers(guest).items():
                    pipe.hincrby(self.key, item, quantity)
                pipe.expire(self.key, self.lifetime)
                pipe.delete(guest_key)
                try:
                    pipe.execute()
                except redis.WatchError:
                    continue
                return

    def checkout(self):
        taken, _ = self.client.pipeline().hgetall(self.key).delete(self.key).execute()
        return numbers(taken)

    @staticmethod
    def check(name, quantity=0, least=0):
        if not name:
            raise ValueError("a name is empty")
        if quantity < least:
            raise ValueError(f"a quantity is below {least}")


def numbers(stored):
    return {item: int(quantity) for item, quantity in stored.items() if item != "_user"}
