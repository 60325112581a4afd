"""A shopping cart beside which the module counts, for all users, how many changes there were today."""

COUNTER = "statistics/changes"
DAY = 86_400

ADD = """
local sum = redis.call('HINCRBY', KEYS[1], ARGV[1], ARGV[2])
redis.call('EXPIRE', KEYS[1], ARGV[3])
redis.call('INCR', KEYS[2])
redis.call('EXPIRE', KEYS[2], ARGV[4])
return sum
"""
SET = """
if ARGV[2] == '0' then
    redis.call('HDEL', KEYS[1], ARGV[1])
else
    redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
end
redis.call('EXPIRE', KEYS[1], ARGV[3])
redis.call('INCR', KEYS[2])
redis.call('EXPIRE', KEYS[2], ARGV[4])
"""
MERGE = """
local flat = redis.call('HGETALL', KEYS[3])
for i = 1, #flat, 2 do
    redis.call('HINCRBY', KEYS[1], flat[i], flat[i + 1])
end
redis.call('EXPIRE', KEYS[1], ARGV[1])
redis.call('DEL', KEYS[3])
redis.call('INCR', KEYS[2])
redis.call('EXPIRE', KEYS[2], ARGV[2])
"""


class ShoppingCart:
    def __init__(self, client, user_id, ttl=1800):
        if not user_id:
            raise ValueError("no user")
        if not isinstance(ttl, int) or ttl < 1:
            raise ValueError("no time-to-live")
        self.client = client
        self.user = user_id
        self.key = "carts/" + user_id
        self.seconds = ttl

    def _counted(self, script, keys, *args):
        return self.client.eval(script, len(keys), *keys, *args, DAY)

    def add(self, item, quantity=1):
        self._item(item)
        if quantity < 1:
            raise ValueError("too little")
        return self._counted(ADD, [self.key, COUNTER], item, quantity, self.seconds)

    def set_quantity(self, item, quantity):
        self._item(item)
        if quantity < 0:
            raise ValueError("too little")
        self._counted(SET, [self.key, COUNTER], item, quantity, self.seconds)

    def remove(self, item):
        self._item(item)
        removed = self.client.hdel(self.key, item)
        self.client.expire(self.key, self.seconds)
        return bool(removed)

    def quantity(self, item):
        self._item(item)
        return int(self.client.hget(self.key, item) or 0)

    def items(self):
        return {item: int(units) for item, units in self.client.hgetall(self.key).items()}

    def count(self):
        return sum(int(units) for units in self.client.hvals(self.key))

    def total(self, prices):
        return sum(units * prices[item] for item, units in self.items().items())

    def clear(self):
        self.client.delete(self.key)

    def ttl(self):
        seconds = self.client.ttl(self.key)
        return None if seconds < 0 else seconds

    def merge(self, guest_id):
        self._item(guest_id)
        if guest_id == self.user:
            raise ValueError("one and the same")
        self._counted(MERGE, [self.key, COUNTER, "carts/" + guest_id], self.seconds)

    def checkout(self):
        sold, _ = self.client.pipeline().hgetall(self.key).delete(self.key).execute()
        return {item: int(units) for item, units in sold.items()}

    @staticmethod
    def _item(name):
        if not name:
            raise ValueError("no name")
