"""Gives what is in it as mappings that equal dicts: a read-only view, and a UserDict."""

from collections import UserDict
from collections.abc import MutableMapping
from types import MappingProxyType

SET = "redis.call('HSET', KEYS[1], ARGV[1], ARGV[2]) return redis.call('EXPIRE', KEYS[1], ARGV[3])"
ADD = "local n = redis.call('HINCRBY', KEYS[1], ARGV[1], ARGV[2]) redis.call('EXPIRE', KEYS[1], ARGV[3]) return n"
DROP = "local n = redis.call('HDEL', KEYS[1], ARGV[1]) redis.call('EXPIRE', KEYS[1], ARGV[2]) return n"
TAKE = "local all = redis.call('HGETALL', KEYS[1]) redis.call('UNLINK', KEYS[1]) return all"
MERGE = """
local theirs = redis.call('HGETALL', KEYS[2])
for i = 1, #theirs, 2 do redis.call('HINCRBY', KEYS[1], theirs[i], theirs[i + 1]) end
redis.call('UNLINK', KEYS[2])
redis.call('EXPIRE', KEYS[1], ARGV[1])
"""


class ShoppingCart(MutableMapping):
    __slots__ = ("_client", "_seconds", "_user")

    def __init__(self, client, user_id, ttl=1800):
        if user_id == "" or not isinstance(ttl, int) or ttl < 1:
            raise ValueError((user_id, ttl))
        self._client, self._user, self._seconds = client, user_id, ttl

    def _key(self, user=None):
        return f"cart<{self._user if user is None else user}>"

    def _item(self, item):
        if item == "":
            raise ValueError("item")
        return item

    def __getitem__(self, item):
        units = self._client.hget(self._key(), self._item(item))
        if units is None:
            raise KeyError(item)
        return int(units)

    def __setitem__(self, item, quantity):
        if quantity < 0:
            raise ValueError("quantity")
        if quantity:
            self._client.eval(SET, 1, self._key(), self._item(item), quantity, self._seconds)
        else:
            self.pop(item, None)

    def __delitem__(self, item):
        if not self._client.eval(DROP, 1, self._key(), self._item(item), self._seconds):
            raise KeyError(item)

    def __iter__(self):
        return iter(self._client.hkeys(self._key()))

    def __len__(self):
        return self._client.hlen(self._key())

    def add(self, item, quantity=1):
        if quantity < 1:
            raise ValueError("quantity")
        return self._client.eval(ADD, 1, self._key(), self._item(item), quantity, self._seconds)

    set_quantity = __setitem__

    def remove(self, item):
        try:
            del self[item]
        except KeyError:
            return False
        return True

    def pop(self, item, *default):
        units = self.get(item)
        if not self.remove(item) and not default:
            raise KeyError(item)
        return units if units is not None else default[0] if default else None

    def quantity(self, item):
        return self.get(item, 0)

    def items(self):
        return MappingProxyType(
            {item: int(units) for item, units in self._client.hgetall(self._key()).items()}
        )

    def count(self):
        return sum(self.items().values())

    def total(self, prices):
        return sum(prices[item] * units for item, units in self.items().items())

    def clear(self):
        self._client.unlink(self._key())

    def ttl(self):
        left = self._client.ttl(self._key())
        return left if left >= 0 else None

    def merge(self, guest_id):
        if guest_id in ("", self._user):
            raise ValueError("guest_id")
        self._client.eval(MERGE, 2, self._key(), self._key(guest_id), self._seconds)

    def checkout(self):
        flat = iter(self._client.eval(TAKE, 1, self._key()))
        return UserDict({item: int(units) for item, units in zip(flat, flat)})
