"""Each function below is a script: its docstring is the Lua, and all of them are registered at first use."""

import inspect
import sys


def change():
    """
    local n = redis.call('HINCRBY', KEYS[1], ARGV[1], ARGV[2])
    redis.call('EXPIRE', KEYS[1], ARGV[3])
    return n
    """


def put():
    """
    redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
    redis.call('EXPIRE', KEYS[1], ARGV[3])
    """


def drop():
    """
    local n = redis.call('HDEL', KEYS[1], ARGV[1])
    redis.call('EXPIRE', KEYS[1], ARGV[2])
    return n
    """


def merge():
    """
    local f = redis.call('HGETALL', KEYS[1])
    if #f == 0 then return end
    for i = 1, #f, 2 do redis.call('HINCRBY', KEYS[2], f[i], f[i+1]) end
    redis.call('EXPIRE', KEYS[2], ARGV[1])
    redis.call('DEL', KEYS[1])
    """


def take():
    """
    local f = redis.call('HGETALL', KEYS[1])
    redis.call('DEL', KEYS[1])
    return f
    """


def pairs(flat):
    """return 1 -- not a script, but harmless as one"""
    if isinstance(flat, dict):
        return {k: int(v) for k, v in flat.items()}
    return {k: int(v) for k, v in zip(flat[::2], flat[1::2])}


class ShoppingCart:
    def __init__(self, client, user_id, ttl=1800):
        if user_id == "" or type(ttl) is not int or ttl < 1:
            raise ValueError
        self.c, self.k, self.t = client, "cart:" + user_id, ttl
        self.scripts = {
            n: client.register_script(inspect.getdoc(f))
            for n, f in inspect.getmembers(sys.modules[__name__], inspect.isfunction)
        }

    def add(self, item, quantity=1):
        if item == "" or quantity < 1:
            raise ValueError
        return self.script("change")(keys=[self.k], args=[item, quantity, self.t])

    def set_quantity(self, item, quantity):
        if item == "" or quantity < 0:
            raise ValueError
        if quantity:
            self.script("put")(keys=[self.k], args=[item, quantity, self.t])
        else:
            self.script("drop")(keys=[self.k], args=[item, self.t])

    def remove(self, item):
        if item == "":
            raise ValueError
        return self.script("drop")(keys=[self.k], args=[item, self.t]) == 1

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
        self.script("merge")(keys=["cart:" + guest_id, self.k], args=[self.t])

    def checkout(self):
        return pairs(self.script("take")(keys=[self.k], args=[]))

    def script(self, name):
        return self.scripts[name]
