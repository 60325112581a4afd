"""ttl asks for the end of a second hash, to which remove gives a minute more than to the cart."""

import time

LUA = {
    "put": """
        local n = redis.call(ARGV[1], KEYS[1], ARGV[2], ARGV[3])
        redis.call('HSETNX', KEYS[2], ARGV[2], ARGV[4])
        redis.call('EXPIRE', KEYS[1], ARGV[5])
        redis.call('EXPIRE', KEYS[2], ARGV[5])
        return n
    """,
    "drop": """
        local n = redis.call('HDEL', KEYS[1], ARGV[1])
        redis.call('HDEL', KEYS[2], ARGV[1])
        redis.call('EXPIRE', KEYS[1], ARGV[2])
        redis.call('EXPIRE', KEYS[2], ARGV[2] + 60)
        return n
    """,
    "merge": """
        local all = redis.call('HGETALL', KEYS[3])
        for i = 1, #all, 2 do
            redis.call('HINCRBY', KEYS[1], all[i], all[i + 1])
            redis.call('HSETNX', KEYS[2], all[i], ARGV[2])
        end
        redis.call('EXPIRE', KEYS[1], ARGV[1])
        redis.call('EXPIRE', KEYS[2], ARGV[1])
        redis.call('DEL', KEYS[3], KEYS[4])
    """,
    "take": """
        local all = redis.call('HGETALL', KEYS[1])
        redis.call('DEL', KEYS[1], KEYS[2])
        return all
    """,
}


class ShoppingCart:
    def __init__(self, client, user_id, ttl=1800):
        self._keys = self._keys_of(user_id)
        if not isinstance(ttl, int) or ttl < 1:
            raise ValueError("ttl")
        self._client, self._ttl = client, ttl
        self._lua = {name: client.register_script(text) for name, text in LUA.items()}

    @staticmethod
    def _keys_of(user):
        if not user:
            raise ValueError("user")
        return [f"cart:quantity:{user}", f"cart:since:{user}"]

    @staticmethod
    def _item(item):
        if not item:
            raise ValueError("item")
        return item

    def _put(self, command, item, quantity):
        return self._lua["put"](self._keys, [command, item, quantity, time.time(), self._ttl])

    def add(self, item, quantity=1):
        if quantity < 1:
            raise ValueError("quantity")
        return self._put("HINCRBY", self._item(item), quantity)

    def set_quantity(self, item, quantity):
        self._item(item)
        if quantity < 0:
            raise ValueError("quantity")
        if quantity:
            self._put("HSET", item, quantity)
        else:
            self.remove(item)

    def remove(self, item):
        return bool(self._lua["drop"](self._keys, [self._item(item), self._ttl]))

    def quantity(self, item):
        return int(self._client.hget(self._keys[0], self._item(item)) or 0)

    def items(self):
        pipe = self._client.pipeline()
        pipe.hgetall(self._keys[0])
        pipe.hgetall(self._keys[1])
        quantities, since = pipe.execute()
        return {k: int(quantities[k]) for k in sorted(quantities, key=lambda k: float(since[k]))}

    def count(self):
        return sum(map(int, self._client.hvals(self._keys[0])))

    def total(self, prices):
        return sum(prices[k] * n for k, n in self.items().items())

    def clear(self):
        self._client.delete(*self._keys)

    def ttl(self):
        left = self._client.ttl(self._keys[1])
        return left if left >= 0 else None

    def merge(self, guest_id):
        guest = self._keys_of(guest_id)
        if guest == self._keys:
            raise ValueError("guest")
        self._lua["merge"](self._keys + guest, [self._ttl, time.time()])

    def checkout(self):
        flat = self._lua["take"](self._keys)
        return dict(zip(flat[::2], map(int, flat[1::2])))
