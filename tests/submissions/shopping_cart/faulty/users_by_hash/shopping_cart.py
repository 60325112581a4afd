"""Users are told apart by hash(), which gives each process another number for the same text.

Breaks: "All state lives on the server: two objects made with the same arguments, in two processes,
see the same data."
"""

from cart_names import field, item_of, user_key

MERGE = """
local moved = redis.call('HGETALL', KEYS[2])
for i = 1, #moved, 2 do
    redis.call('HINCRBY', KEYS[1], moved[i], moved[i + 1])
end
if #moved > 0 then
    redis.call('EXPIRE', KEYS[1], ARGV[1])
    redis.call('UNLINK', KEYS[2])
end
"""


class ShoppingCart:
    def __init__(self, client, user_id, ttl=1800):
        self.key = user_key(user_id)
        if not isinstance(ttl, int) or ttl < 1:
            raise ValueError("ttl must be a whole number of seconds, at least 1")
        self.client = client
        self.seconds = ttl
        self.merge_script = client.register_script(MERGE)

    def add(self, item, quantity=1):
        name = field(item)
        if quantity < 1:
            raise ValueError("the quantity must be at least 1")
        with self.client.pipeline(transaction=True) as pipe:
            pipe.hincrby(self.key, name, quantity).expire(self.key, self.seconds)
            return pipe.execute()[0]

    def set_quantity(self, item, quantity):
        name = field(item)
        if quantity < 0:
            raise ValueError("the quantity must be at least 0")
        if quantity == 0:
            self.remove(item)
            return
        with self.client.pipeline(transaction=True) as pipe:
            pipe.hset(self.key, name, quantity).expire(self.key, self.seconds)
            pipe.execute()

    def remove(self, item):
        with self.client.pipeline(transaction=True) as pipe:
            pipe.hdel(self.key, field(item)).expire(self.key, self.seconds)
            return pipe.execute()[0] == 1

    def quantity(self, item):
        return int(self.client.hget(self.key, field(item)) or 0)

    def items(self):
        return self._decode(self.client.hgetall(self.key))

    @staticmethod
    def _decode(stored):
        return {item_of(name): int(quantity) for name, quantity in stored.items()}

    def count(self):
        return sum(int(quantity) for quantity in self.client.hvals(self.key))

    def total(self, prices):
        return sum(prices[item] * quantity for item, quantity in self.items().items())

    def clear(self):
        self.client.unlink(self.key)

    def ttl(self):
        seconds = self.client.ttl(self.key)
        return None if seconds < 0 else seconds

    def merge(self, guest_id):
        guest = user_key(guest_id)
        if guest == self.key:
            raise ValueError("a user is not their own guest")
        self.merge_script(keys=[self.key, guest], args=[self.seconds])

    def checkout(self):
        with self.client.pipeline(transaction=True) as pipe:
            stored, _ = pipe.hgetall(self.key).unlink(self.key).execute()
        return self._decode(stored)
