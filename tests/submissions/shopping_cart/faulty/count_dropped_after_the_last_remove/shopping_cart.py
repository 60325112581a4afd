"""The units in all are a key of their own; remove deletes it in a second step when the cart seems empty."""

from collections.abc import Mapping
from typing import Any

import redis

# Pours the guest's cart into the user's. A script runs alone on the server and to its end, so nothing
# comes between the reading and the writing, and no crash of ours can stop it half-way.
MERGE = """
local fields = redis.call('HGETALL', KEYS[1])
if #fields == 0 then
    return
end
for i = 1, #fields, 2 do
    redis.call('HINCRBY', KEYS[2], fields[i], fields[i + 1])
end
redis.call('EXPIRE', KEYS[2], ARGV[1])
redis.call('DEL', KEYS[1], KEYS[3])
local units = 0
for _, many in ipairs(redis.call('HVALS', KEYS[2])) do
    units = units + many
end
redis.call('SET', KEYS[4], string.format('%.0f', units), 'EX', ARGV[1])
"""


# Changes an item and the units in all: ARGV is item, new quantity or '', units more, ttl.
CHANGE = """
local old = tonumber(redis.call('HGET', KEYS[1], ARGV[1]) or 0)
local new = ARGV[2] == '' and old + ARGV[3] or tonumber(ARGV[2])
if new > 0 then
    redis.call('HSET', KEYS[1], ARGV[1], string.format('%.0f', new))
else
    redis.call('HDEL', KEYS[1], ARGV[1])
end
redis.call('INCRBY', KEYS[2], string.format('%.0f', new - old))
redis.call('EXPIRE', KEYS[1], ARGV[4])
redis.call('EXPIRE', KEYS[2], ARGV[4])
return {new, old}
"""


class ShoppingCart:
    """One user's items and quantities, which expire when the cart is left alone."""

    def __init__(self, client: redis.Redis, user_id: str, ttl: int = 1800) -> None:
        if not isinstance(ttl, int) or ttl < 1:
            raise ValueError(f"a time-to-live is a whole number of seconds above 0, not {ttl!r}")
        self._client = client
        self._key = cart_key(user_id)
        self._ttl = ttl
        self._counter = f"count:{user_id}"
        self._change = client.register_script(CHANGE)
        self._merge = client.register_script(MERGE)

    def add(self, item: str, quantity: int = 1) -> int:
        """Add to the item's quantity; the new quantity."""
        named(item)
        if quantity < 1:
            raise ValueError(f"a quantity to add is 1 or more, not {quantity}")
        return self._change(keys=[self._key, self._counter], args=[item, "", quantity, self._ttl])[0]

    def set_quantity(self, item: str, quantity: int) -> None:
        """Set the item's quantity; 0 removes it."""
        named(item)
        if quantity < 0:
            raise ValueError(f"a quantity is 0 or more, not {quantity}")
        if quantity == 0:
            self.remove(item)
            return
        self._change(keys=[self._key, self._counter], args=[item, quantity, 0, self._ttl])

    def remove(self, item: str) -> bool:
        """Whether the item was in the cart; it is not any more."""
        named(item)
        old = self._change(keys=[self._key, self._counter], args=[item, 0, 0, self._ttl])[1]
        if not self._client.exists(self._key):
            self._client.delete(self._counter)
        return old > 0

    def quantity(self, item: str) -> int:
        """The item's quantity, 0 where it is not in the cart."""
        return int(self._client.hget(self._key, named(item)) or 0)

    def items(self) -> dict[str, int]:
        """Every item with its quantity."""
        return whole(self._client.hgetall(self._key))

    def count(self) -> int:
        """How many units are in the cart in all."""
        return int(self._client.get(self._counter) or 0)

    def total(self, prices: Mapping[str, int]) -> int:
        """What the cart costs, in cents; KeyError for an item without a price."""
        return sum(quantity * prices[item] for item, quantity in self.items().items())

    def clear(self) -> None:
        """Empty the cart."""
        self._client.delete(self._key, self._counter)

    def ttl(self) -> int | None:
        """Seconds left, or None where there is no cart."""
        seconds = self._client.ttl(self._key)
        return None if seconds < 0 else seconds

    def merge(self, guest_id: str) -> None:
        """Move everything from the guest's cart into this one."""
        guest = cart_key(guest_id)
        if guest == self._key:
            raise ValueError("a cart can't be merged with itself")
        self._merge(keys=[guest, self._key, "count:" + guest_id, self._counter], args=[self._ttl])

    def checkout(self) -> dict[str, int]:
        """Take everything out of the cart and return it."""
        # In a transaction nobody can add, or check out, between the reading and the deleting.
        pipeline = self._client.pipeline(transaction=True)
        pipeline.hgetall(self._key)
        pipeline.delete(self._key, self._counter)
        return whole(pipeline.execute()[0])

    def _commit(self, pipeline: redis.client.Pipeline) -> Any:
        """Run a queued change, together with the new expiry; the change's reply."""
        # Valkey deletes a hash that has lost its last field; then this changes nothing.
        pipeline.expire(self._key, self._ttl)
        return pipeline.execute()[0]


def cart_key(user_id: str) -> str:
    """The key of a user's cart; there are no other keys, so none can collide with it."""
    if not user_id:
        raise ValueError("a user's id can't be empty")
    return f"cart:{user_id}"


def named(item: str) -> str:
    """The item's name itself, unless it is empty."""
    if not item:
        raise ValueError("an item's name can't be empty")
    return item


def whole(fields: Mapping[Any, Any]) -> dict[str, int]:
    """Quantities as numbers: a hash holds text only."""
    return {item: int(quantity) for item, quantity in fields.items()}
