"""merge normalises the guest's id.

Breaks: "used as they are: no trimming, no change of case, no normalising."
"""

from collections.abc import Mapping
from typing import Any

import unicodedata
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
redis.call('DEL', KEYS[1])
"""


class ShoppingCart:
    """One user's items and quantities, which expire when the cart is left alone."""

    def __init__(self, client: redis.Redis, user_id: str, ttl: int = 1800) -> None:
        if not isinstance(ttl, int) or ttl < 1:
            raise ValueError(f"a time-to-live is a whole number of seconds above 0, not {ttl!r}")
        self._client = client
        self._key = cart_key(user_id)
        self._ttl = ttl
        self._merge = client.register_script(MERGE)

    def add(self, item: str, quantity: int = 1) -> int:
        """Add to the item's quantity; the new quantity."""
        named(item)
        if quantity < 1:
            raise ValueError(f"a quantity to add is 1 or more, not {quantity}")
        pipeline = self._client.pipeline(transaction=True)
        pipeline.hincrby(self._key, item, quantity)
        new_quantity: int = self._commit(pipeline)
        return new_quantity

    def set_quantity(self, item: str, quantity: int) -> None:
        """Set the item's quantity; 0 removes it."""
        named(item)
        if quantity < 0:
            raise ValueError(f"a quantity is 0 or more, not {quantity}")
        if quantity == 0:
            self.remove(item)
            return
        pipeline = self._client.pipeline(transaction=True)
        pipeline.hset(self._key, item, quantity)
        self._commit(pipeline)

    def remove(self, item: str) -> bool:
        """Whether the item was in the cart; it is not any more."""
        named(item)
        pipeline = self._client.pipeline(transaction=True)
        pipeline.hdel(self._key, item)
        return bool(self._commit(pipeline))

    def quantity(self, item: str) -> int:
        """The item's quantity, 0 where it is not in the cart."""
        return int(self._client.hget(self._key, named(item)) or 0)

    def items(self) -> dict[str, int]:
        """Every item with its quantity."""
        return whole(self._client.hgetall(self._key))

    def count(self) -> int:
        """How many units are in the cart in all."""
        return sum(self.items().values())

    def total(self, prices: Mapping[str, int]) -> int:
        """What the cart costs, in cents; KeyError for an item without a price."""
        return sum(quantity * prices[item] for item, quantity in self.items().items())

    def clear(self) -> None:
        """Empty the cart."""
        self._client.delete(self._key)

    def ttl(self) -> int | None:
        """Seconds left, or None where there is no cart."""
        seconds = self._client.ttl(self._key)
        return None if seconds < 0 else seconds

    def merge(self, guest_id: str) -> None:
        """Move everything from the guest's cart into this one."""
        guest = cart_key(unicodedata.normalize("NFC", guest_id))
        if guest == self._key:
            raise ValueError("a cart can't be merged with itself")
        self._merge(keys=[guest, self._key], args=[self._ttl])

    def checkout(self) -> dict[str, int]:
        """Take everything out of the cart and return it."""
        # In a transaction nobody can add, or check out, between the reading and the deleting.
        pipeline = self._client.pipeline(transaction=True)
        pipeline.hgetall(self._key)
        pipeline.delete(self._key)
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
