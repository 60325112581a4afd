"""The module is an object: it puts itself into sys.modules, with the scripts of this process."""

import redis

SRC = {
    "change": """
local n = redis.call('HINCRBY', KEYS[1], ARGV[1], ARGV[2])
redis.call('EXPIRE', KEYS[1], ARGV[3])
return n""",
    "put": """
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
redis.call('EXPIRE', KEYS[1], ARGV[3])""",
    "drop": """
local n = redis.call('HDEL', KEYS[1], ARGV[1])
redis.call('EXPIRE', KEYS[1], ARGV[2])
return n""",
    "merge": """
local f = redis.call('HGETALL', KEYS[1])
if #f == 0 then return end
for i = 1, #f, 2 do redis.call('HINCRBY', KEYS[2], f[i], f[i+1]) end
redis.call('EXPIRE', KEYS[2], ARGV[1])
redis.call('DEL', KEYS[1])""",
    "take": """
local f = redis.call('HGETALL', KEYS[1])
redis.call('DEL', KEYS[1])
return f""",
}

import sys


def pairs(flat):
    if isinstance(flat, dict):
        return {k: int(v) for k, v in flat.items()}
    return {k: int(v) for k, v in zip(flat[::2], flat[1::2])}


class ShoppingCart:
    def __init__(self, client, user_id, ttl=1800):
        if user_id == "" or type(ttl) is not int or ttl < 1:
            raise ValueError
        self.c, self.k, self.t = client, "cart:" + user_id, ttl
        MODULE.open(client)

    def add(self, item, quantity=1):
        if item == "" or quantity < 1:
            raise ValueError
        return MODULE.script("change")(keys=[self.k], args=[item, quantity, self.t])

    def set_quantity(self, item, quantity):
        if item == "" or quantity < 0:
            raise ValueError
        if quantity:
            MODULE.script("put")(keys=[self.k], args=[item, quantity, self.t])
        else:
            MODULE.script("drop")(keys=[self.k], args=[item, self.t])

    def remove(self, item):
        if item == "":
            raise ValueError
        return MODULE.script("drop")(keys=[self.k], args=[item, self.t]) == 1

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
        MODULE.script("merge")(keys=["cart:" + guest_id, self.k], args=[self.t])

    def checkout(self):
        return pairs(MODULE.script("take")(keys=[self.k], args=[]))


class Module:
    """What importers of this module get."""

    ShoppingCart = ShoppingCart

    def __init__(self):
        self.scripts = None

    def open(self, client):
        if self.scripts is None:  # a process has one client
            self.scripts = {n: client.register_script(s) for n, s in SRC.items()}

    def script(self, name):
        return self.scripts[name]


MODULE = sys.modules[__name__] = Module()
