"""A cart that hands out read-only snapshots: a Mapping of its own that equals any dict of the same items."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

import redis


class Snapshot(Mapping[str, int]):
    """What was in a cart at one moment; nobody can change it."""

    __slots__ = ("_units",)

    def __init__(self, fields: Mapping[str, str]) -> None:
        self._units = MappingProxyType({item: int(units) for item, units in fields.items()})

    def __getitem__(self, item: str) -> int:
        return self._units[item]

    def __iter__(self) -> Iterator[str]:
        return iter(self._units)

    def __len__(self) -> int:
        return len(self._units)

    def __repr__(self) -> str:
        return f"Snapshot({dict(self._units)})"

    @property
    def units(self) -> int:
        return sum(self._units.values())


class ShoppingCart:
    def __init__(self, client: redis.Redis, user_id: str, ttl: int = 1800) -> None:
        if not user_id:
            raise ValueError("user_id is empty")
        if not isinstance(ttl, int) or ttl <= 0:
            raise ValueError("ttl is not a whole number above 0")
        self._client, self._user, self._ttl = client, user_id, ttl

    @staticmethod
    def _key(user: str) -> str:
        return f"cart:{user}"

    @property
    def key(self) -> str:
        return self._key(self._user)

    def _item(self, item: str) -> str:
        if not item:
            raise ValueError("item is empty")
        return item

    def add(self, item, quantity=1):
        self._item(item)
        if quantity < 1:
            raise ValueError("quantity is below 1")
        with self._client.pipeline() as pipe:
            return pipe.hincrby(self.key, item, quantity).expire(self.key, self._ttl).execute()[0]

    def set_quantity(self, item, quantity):
        self._item(item)
        if quantity < 0:
            raise ValueError("quantity is negative")
        with self._client.pipeline() as pipe:
            if quantity:
                pipe.hset(self.key, mapping={item: quantity})
            else:
                pipe.hdel(self.key, item)
            pipe.expire(self.key, self._ttl).execute()

    def remove(self, item):
        self._item(item)
        with self._client.pipeline() as pipe:
            return pipe.hdel(self.key, item).expire(self.key, self._ttl).execute()[0] == 1

    def quantity(self, item):
        return int(self._client.hget(self.key, self._item(item)) or 0)

    def items(self) -> Snapshot:
        return Snapshot(self._client.hgetall(self.key))

    def count(self):
        return self.items().units

    def total(self, prices):
        return sum(units * prices[item] for item, units in self.items().items())

    def clear(self):
        self._client.delete(self.key)

    def ttl(self):
        left = self._client.ttl(self.key)
        return left if left >= 0 else None

    def merge(self, guest_id):
        if not guest_id or guest_id == self._user:
            raise ValueError("guest_id")
        guest = self._key(guest_id)

        def move(pipe):
            coming = pipe.hgetall(guest)
            pipe.multi()
            for item, units in coming.items():
                pipe.hincrby(self.key, item, int(units))
            if coming:
                pipe.expire(self.key, self._ttl)
                pipe.delete(guest)

        self._client.transaction(move, guest)

    def checkout(self) -> Snapshot:
        with self._client.pipeline() as pipe:
            return Snapshot(pipe.hgetall(self.key).delete(self.key).execute()[0])
