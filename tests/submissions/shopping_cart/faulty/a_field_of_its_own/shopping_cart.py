"""The field that counts the changes is called as an item may be.

Breaks: "Names and strings are any text that UTF-8 can encode, colons, spaces, newlines, `*`, `?`,
`[` and emoji included, used as they are: no trimming, no change of case, no normalising."
"""

import json
import time

VERSION = "updated_at"
SWAP = """
local now = redis.call('HGET', KEYS[1], 'updated_at') or '0'
if now ~= ARGV[1] then return 0 end
local changes = cjson.decode(ARGV[3])
for _, change in ipairs(changes) do
  if change[2] == '0' then redis.call('HDEL', KEYS[1], change[1])
  else redis.call('HSET', KEYS[1], change[1], change[2]) end
end
redis.call('HINCRBY', KEYS[1], 'updated_at', 1)
redis.call('EXPIRE', KEYS[1], ARGV[2])
if redis.call('HLEN', KEYS[1]) == 1 then redis.call('DEL', KEYS[1]) end
return 1
"""
TAKE = """
local all = redis.call('HGETALL', KEYS[1])
redis.call('DEL', KEYS[1])
return all
"""
MERGE = """
local theirs = redis.call('HGETALL', KEYS[2])
if #theirs == 0 then return end
for i = 1, #theirs, 2 do redis.call('HINCRBY', KEYS[1], theirs[i], theirs[i + 1]) end
redis.call('DEL', KEYS[2])
redis.call('EXPIRE', KEYS[1], ARGV[1])
"""


class ShoppingCart:
    def __init__(self, client, user_id, ttl=1800):
        named(user_id)
        if not isinstance(ttl, int) or ttl < 1:
            raise ValueError("ttl")
        self.client, self.user, self.seconds = client, user_id, ttl
        self.key = f"cart {user_id}"
        self.swap, self.take, self.join = map(client.register_script, (SWAP, TAKE, MERGE))

    def _read(self):
        everything = self.client.hgetall(self.key)
        version = everything.pop(VERSION, "0")
        return version, {field: int(units) for field, units in everything.items()}

    def _change(self, item, new):
        """Try until nothing changed between reading and writing; the quantities before and after."""
        while True:
            version, quantities = self._read()
            before = quantities.get(item, 0)
            after = new(before)
            if before == after == 0:
                return 0, 0
            if self.swap([self.key], [version, self.seconds, json.dumps([[item, str(after)]])]):
                return before, after
            time.sleep(0.001)

    def add(self, item, quantity=1):
        named(item)
        if quantity < 1:
            raise ValueError("quantity")
        return self._change(item, lambda before: before + quantity)[1]

    def set_quantity(self, item, quantity):
        named(item)
        if quantity < 0:
            raise ValueError("quantity")
        self._change(item, lambda _: quantity)

    def remove(self, item):
        named(item)
        return self._change(item, lambda _: 0)[0] > 0

    def quantity(self, item):
        named(item)
        return int(self.client.hget(self.key, item) or 0)

    def items(self):
        return self._read()[1]

    def count(self):
        return sum(self.items().values())

    def total(self, prices):
        return sum(prices[item] * units for item, units in self.items().items())

    def clear(self):
        self.client.delete(self.key)

    def ttl(self):
        left = self.client.ttl(self.key)
        return None if left < 0 else left

    def merge(self, guest_id):
        named(guest_id)
        if guest_id == self.user:
            raise ValueError("one and the same")
        self.join([self.key, f"cart {guest_id}"], [self.seconds])

    def checkout(self):
        flat = self.take([self.key])
        pairs = zip(flat[::2], flat[1::2])
        return {field: int(units) for field, units in pairs if field != VERSION}


def named(name):
    if not name:
        raise ValueError("an empty name")
