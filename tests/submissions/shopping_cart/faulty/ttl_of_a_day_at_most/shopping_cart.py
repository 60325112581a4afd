"""Cart in Lua."""

import redis

ADD = """
local n = redis.call('HINCRBY', KEYS[1], ARGV[1], ARGV[2])
redis.call('EXPIRE', KEYS[1], ARGV[3])
return n
"""
SET = """
if ARGV[2] == '0' then
  redis.call('HDEL', KEYS[1], ARGV[1])
else
  redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
end
redis.call('EXPIRE', KEYS[1], ARGV[3])
"""
REMOVE = """
local n = redis.call('HDEL', KEYS[1], ARGV[1])
if n == 1 then redis.call('EXPIRE', KEYS[1], ARGV[2]) end
return n
"""
MERGE = """
local guest = redis.call('HGETALL', KEYS[2])
for i = 1, #guest, 2 do
  redis.call('HINCRBY', KEYS[1], guest[i], guest[i + 1])
end
if #guest > 0 then redis.call('EXPIRE', KEYS[1], ARGV[1]) end
redis.call('DEL', KEYS[2])
"""
OUT = """
local all = redis.call('HGETALL', KEYS[1])
redis.call('DEL', KEYS[1])
return all
"""


class ShoppingCart:
    def __init__(self, client, user_id, ttl=1800):
        if not user_id:
            raise ValueError("user")
        if isinstance(ttl, float) or ttl < 1:
            raise ValueError("ttl")
        self.r = client
        self.user = user_id
        self.key = self._name(user_id)
        self.seconds = min(ttl, 86400)
        self._add = client.register_script(ADD)
        self._set = client.register_script(SET)
        self._remove = client.register_script(REMOVE)
        self._merge = client.register_script(MERGE)
        self._out = client.register_script(OUT)

    @staticmethod
    def _name(user):
        return "basket:" + user

    def _item(self, item):
        if item == "":
            raise ValueError("item")
        return item

    def add(self, item, quantity=1):
        self._item(item)
        if quantity < 1:
            raise ValueError("quantity")
        return self._add(keys=[self.key], args=[item, quantity, self.seconds])

    def set_quantity(self, item, quantity):
        self._item(item)
        if quantity < 0:
            raise ValueError("quantity")
        self._set(keys=[self.key], args=[item, quantity, self.seconds])

    def remove(self, item):
        self._item(item)
        return self._remove(keys=[self.key], args=[item, self.seconds]) == 1

    def quantity(self, item):
        return int(self.r.hget(self.key, self._item(item)) or 0)

    def items(self):
        return {k: int(v) for k, v in self.r.hgetall(self.key).items()}

    def count(self):
        return sum(int(v) for v in self.r.hvals(self.key))

    def total(self, prices):
        cents = 0
        for item, n in self.items().items():
            cents += n * prices[item]
        return cents

    def clear(self):
        self.r.delete(self.key)

    def ttl(self):
        ms = self.r.pttl(self.key)
        return None if ms < 0 else round(ms / 1000)

    def merge(self, guest_id):
        if not guest_id or guest_id == self.user:
            raise ValueError("guest")
        self._merge(keys=[self.key, self._name(guest_id)], args=[self.seconds])

    def checkout(self):
        flat = self._out(keys=[self.key])
        return dict(zip(flat[::2], map(int, flat[1::2])))
