"""A cart whose scripts are imported by name from a module that makes them on demand."""

from lua import change, put, drop, merge, take


def pairs(flat):
    if isinstance(flat, dict):
        return {k: int(v) for k, v in flat.items()}
    return {k: int(v) for k, v in zip(flat[::2], flat[1::2])}


class ShoppingCart:
    def __init__(self, client, user_id, ttl=1800):
        if user_id == "" or type(ttl) is not int or ttl < 1:
            raise ValueError
        self.c, self.k, self.t = client, "cart:" + user_id, ttl

    def add(self, item, quantity=1):
        if item == "" or quantity < 1:
            raise ValueError
        return change(self.c, [self.k], item, quantity, self.t)

    def set_quantity(self, item, quantity):
        if item == "" or quantity < 0:
            raise ValueError
        if quantity:
            put(self.c, [self.k], item, quantity, self.t)
        else:
            drop(self.c, [self.k], item, self.t)

    def remove(self, item):
        if item == "":
            raise ValueError
        return drop(self.c, [self.k], item, self.t) == 1

    def quantity(self, item):
        if item == "":
            raise ValueError
        return int(self.c.hget(self.k, item) or 0)

    def items(self):
        return pairs(self.c.hgetall(self.k))

    def count(self):
        return sum(self.items().values())

    def total(self, prices):
        return sum(n * prices[i] for i, n in self.items().items())

    def clear(self):
        self.c.delete(self.k)

    def ttl(self):
        left = self.c.ttl(self.k)
        return None if left == -2 else left

    def merge(self, guest_id):
        if guest_id == "" or "cart:" + guest_id == self.k:
            raise ValueError
        merge(self.c, ["cart:" + guest_id, self.k], self.t)

    def checkout(self):
        return pairs(take(self.c, [self.k]))
