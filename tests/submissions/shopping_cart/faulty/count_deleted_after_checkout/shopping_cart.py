"""Units are counted beside the cart, in a key that checkout deletes in a second step.

Breaks: "Units in all."
"""

ADD = """
local q = redis.call('HINCRBY', KEYS[1], ARGV[1], ARGV[2])
redis.call('INCRBY', KEYS[2], ARGV[2])
redis.call('EXPIRE', KEYS[1], ARGV[3])
redis.call('EXPIRE', KEYS[2], ARGV[3])
return q
"""
SET = """
local old = redis.call('HGET', KEYS[1], ARGV[1]) or 0
local new = tonumber(ARGV[2])
if new > 0 then redis.call('HSET', KEYS[1], ARGV[1], ARGV[2]) else redis.call('HDEL', KEYS[1], ARGV[1]) end
if redis.call('EXISTS', KEYS[1]) == 0 then redis.call('DEL', KEYS[2]) return tonumber(old) end
redis.call('INCRBY', KEYS[2], new - old)
redis.call('EXPIRE', KEYS[1], ARGV[3])
redis.call('EXPIRE', KEYS[2], ARGV[3])
return tonumber(old)
"""
MERGE = """
local guest = redis.call('HGETALL', KEYS[3])
if #guest == 0 then return end
local units = 0
for i = 1, #guest, 2 do
    redis.call('HINCRBY', KEYS[1], guest[i], guest[i + 1])
    units = units + guest[i + 1]
end
redis.call('INCRBY', KEYS[2], string.format('%.0f', units))
redis.call('EXPIRE', KEYS[1], ARGV[1])
redis.call('EXPIRE', KEYS[2], ARGV[1])
redis.call('DEL', KEYS[3], KEYS[4])
"""
CHECKOUT = """
local items = redis.call('HGETALL', KEYS[1])
redis.call('DEL', KEYS[1])
return items
"""


class ShoppingCart:
    def __init__(self, client, user_id, ttl=1800):
        self._name(user_id)
        if not isinstance(ttl, int) or ttl < 1:
            raise ValueError("ttl")
        self.client, self.user, self.seconds = client, user_id, ttl
        self.keys = self._keys(user_id)

    @staticmethod
    def _keys(user):
        return [f"cart:items:{user}", f"cart:count:{user}"]

    @staticmethod
    def _name(name):
        if not name:
            raise ValueError("name")

    def add(self, item, quantity=1):
        self._name(item)
        if quantity < 1:
            raise ValueError("quantity")
        return self.client.eval(ADD, 2, *self.keys, item, quantity, self.seconds)

    def set_quantity(self, item, quantity):
        self._name(item)
        if quantity < 0:
            raise ValueError("quantity")
        self.client.eval(SET, 2, *self.keys, item, quantity, self.seconds)

    def remove(self, item):
        self._name(item)
        return self.client.eval(SET, 2, *self.keys, item, 0, self.seconds) > 0

    def quantity(self, item):
        self._name(item)
        return int(self.client.hget(self.keys[0], item) or 0)

    def items(self):
        return {item: int(n) for item, n in self.client.hgetall(self.keys[0]).items()}

    def count(self):
        return int(self.client.get(self.keys[1]) or 0)

    def total(self, prices):
        return sum(prices[item] * n for item, n in self.items().items())

    def clear(self):
        self.client.delete(*self.keys)

    def ttl(self):
        left = self.client.ttl(self.keys[0])
        return left if left >= 0 else None

    def merge(self, guest_id):
        self._name(guest_id)
        if guest_id == self.user:
            raise ValueError("own")
        self.client.eval(MERGE, 4, *self.keys, *self._keys(guest_id), self.seconds)

    def checkout(self):
        flat = self.client.eval(CHECKOUT, 2, *self.keys)
        self.client.delete(self.keys[1])
        return dict(zip(flat[::2], map(int, flat[1::2])))
