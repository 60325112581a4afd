"""checkout renames the cart to a key whose name is in the object, where another thread replaces it.

Breaks: "Each process makes its own client and objects; one client serves at most 50 threads."
"""

import uuid

import redis

ADD = """
local n = redis.call('HINCRBY', KEYS[1], ARGV[1], ARGV[2])
redis.call('EXPIRE', KEYS[1], ARGV[3])
return n
"""
SET = """
if tonumber(ARGV[2]) == 0 then
    redis.call('HDEL', KEYS[1], ARGV[1])
else
    redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
end
redis.call('EXPIRE', KEYS[1], ARGV[3])
"""
REMOVE = """
local n = redis.call('HDEL', KEYS[1], ARGV[1])
redis.call('EXPIRE', KEYS[1], ARGV[2])
return n
"""
MERGE = """
local got = redis.call('HGETALL', KEYS[2])
if #got == 0 then return 0 end
for i = 1, #got, 2 do
    redis.call('HINCRBY', KEYS[1], got[i], got[i + 1])
end
redis.call('EXPIRE', KEYS[1], ARGV[1])
redis.call('DEL', KEYS[2])
return 1
"""
CHECKOUT = """
local got = redis.call('HGETALL', KEYS[1])
redis.call('DEL', KEYS[1])
return got
"""


class ShoppingCart:
    def __init__(self, client, user_id, ttl=1800):
        if not isinstance(ttl, int) or ttl <= 0:
            raise ValueError("ttl must be a positive whole number of seconds")
        if not user_id:
            raise ValueError("user_id must not be empty")
        self.client = client
        self.user_id = user_id
        self.ttl_seconds = ttl
        self.key = self._cart_key(user_id)

    @staticmethod
    def _cart_key(user_id):
        return f"cart:{user_id}"

    @staticmethod
    def _check_item(item):
        if not item:
            raise ValueError("item must not be empty")

    def _run(self, script, keys, *args):
        return self.client.eval(script, len(keys), *keys, *args)

    def add(self, item, quantity=1):
        self._check_item(item)
        if quantity < 1:
            raise ValueError("quantity must be at least 1")
        return int(self._run(ADD, [self.key], item, quantity, self.ttl_seconds))

    def set_quantity(self, item, quantity):
        self._check_item(item)
        if quantity < 0:
            raise ValueError("quantity must not be negative")
        self._run(SET, [self.key], item, quantity, self.ttl_seconds)

    def remove(self, item):
        self._check_item(item)
        return bool(self._run(REMOVE, [self.key], item, self.ttl_seconds))

    def quantity(self, item):
        self._check_item(item)
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
        if not guest_id:
            raise ValueError("guest_id must not be empty")
        if guest_id == self.user_id:
            raise ValueError("cannot merge a cart with itself")
        self._run(MERGE, [self.key, self._cart_key(guest_id)], self.ttl_seconds)

    def checkout(self):
        self._till = f"till:{uuid.uuid4().hex}"
        try:
            self.client.rename(self.key, self._till)
        except redis.ResponseError:
            return {}
        got = self.client.hgetall(self._till)
        self.client.delete(self._till)
        return {item: int(n) for item, n in got.items()}
