"""Quantities, seconds and cents are Decimals, and a quantity is stored as one."""

from decimal import Decimal

ADD = """
local sum = redis.call('HINCRBYFLOAT', KEYS[1], ARGV[1], ARGV[2])
redis.call('EXPIRE', KEYS[1], ARGV[3])
return sum
"""
MERGE = """
local theirs = redis.call('HGETALL', KEYS[2])
for i = 1, #theirs, 2 do redis.call('HINCRBYFLOAT', KEYS[1], theirs[i], theirs[i + 1]) end
redis.call('EXPIRE', KEYS[1], ARGV[1])
redis.call('DEL', KEYS[2])
"""


class ShoppingCart:
    def __init__(self, client, user_id, ttl=1800):
        if not user_id or Decimal(ttl) <= 0 or Decimal(ttl) % 1:
            raise ValueError("bad arguments")
        self.client, self.user, self.key, self.seconds = client, user_id, "decimal/" + user_id, int(ttl)

    def add(self, item, quantity=1):
        bound(item, quantity, 1)
        return Decimal(self.client.eval(ADD, 1, self.key, item, quantity, self.seconds))

    def set_quantity(self, item, quantity):
        bound(item, quantity, 0)
        with self.client.pipeline() as pipe:
            pipe.hset(self.key, item, str(quantity)) if quantity else pipe.hdel(self.key, item)
            pipe.expire(self.key, self.seconds).execute()

    def remove(self, item):
        bound(item)
        with self.client.pipeline() as pipe:
            gone, _ = pipe.hdel(self.key, item).expire(self.key, self.seconds).execute()
        return Decimal(gone)

    def quantity(self, item):
        bound(item)
        return Decimal(self.client.hget(self.key, item) or 0)

    def items(self):
        return decimals(self.client.hgetall(self.key))

    def count(self):
        return sum(self.items().values(), Decimal())

    def total(self, prices):
        return sum((units * prices[item] for item, units in self.items().items()), Decimal())

    def clear(self):
        self.client.delete(self.key)

    def ttl(self):
        left = self.client.pttl(self.key)
        return None if left < 0 else Decimal(left).scaleb(-3).to_integral_value()

    def merge(self, guest_id):
        bound(guest_id)
        if guest_id == self.user:
            raise ValueError("the same cart")
        self.client.eval(MERGE, 2, self.key, "decimal/" + guest_id, self.seconds)

    def checkout(self):
        with self.client.pipeline() as pipe:
            taken, _ = pipe.hgetall(self.key).delete(self.key).execute()
        return decimals(taken)


def decimals(texts):
    return {item: Decimal(units) for item, units in texts.items()}


def bound(name, quantity=1, least=1):
    if not name or quantity < least:
        raise ValueError("bad arguments")
