"""merge marks the cart as merged, and so makes one where the guest had none.

Breaks: "After any call, a user whose cart is empty has no key at all."

Breaks: "On login: adds the guest cart's quantities to this one"
"""

from __future__ import annotations

from dataclasses import dataclass

import redis

CART = """
local verb, cart, guest = ARGV[1], KEYS[1], KEYS[2]
local changed = false
local reply

if verb == 'add' then
    reply = redis.call('HINCRBY', cart, ARGV[3], ARGV[4])
    changed = true
elseif verb == 'put' then
    reply = redis.call('HSET', cart, ARGV[3], ARGV[4])
    changed = true
elseif verb == 'remove' then
    reply = redis.call('HDEL', cart, ARGV[3])
    changed = reply == 1
elseif verb == 'take' then
    reply = redis.call('HGETALL', cart)
    redis.call('DEL', cart)
elseif verb == 'merge' then
    local items = redis.call('HGETALL', guest)
    for i = 1, #items, 2 do
        redis.call('HINCRBY', cart, items[i], items[i + 1])
        changed = true
    end
    reply = redis.call('DEL', guest)
    if reply == 0 then
        redis.call('HSET', cart, guest, '0')
        changed = true
    end
end

if changed then
    local now = redis.call('TIME')
    local milliseconds = (now[1] + ARGV[2]) * 1000 + math.floor(now[2] / 1000)
    redis.call('PEXPIREAT', cart, string.format('%.0f', milliseconds))
end
return reply
"""


@dataclass
class ShoppingCart:
    client: redis.Redis
    user_id: str
    ttl_seconds: int

    def __init__(self, client: redis.Redis, user_id: str, ttl: int = 1800) -> None:
        if not user_id:
            raise ValueError("user_id must not be empty")
        if not isinstance(ttl, int) or ttl < 1:
            raise ValueError(f"ttl must be a whole number of seconds above 0, got {ttl!r}")
        self.client = client
        self.user_id = user_id
        self.ttl_seconds = ttl
        self.script = client.register_script(CART)

    def _run(self, verb: str, *args: object, guest: str = "") -> object:
        keys = [f"cart::{self.user_id}"] + ([f"cart::{guest}"] if guest else [])
        return self.script(keys=keys, args=[verb, self.ttl_seconds, *args])

    def add(self, item: str, quantity: int = 1) -> int:
        self._check(item)
        if quantity < 1:
            raise ValueError(f"quantity must be 1 or more, got {quantity}")
        return self._run("add", item, quantity)

    def set_quantity(self, item: str, quantity: int) -> None:
        self._check(item)
        if quantity < 0:
            raise ValueError(f"quantity must be 0 or more, got {quantity}")
        if quantity:
            self._run("put", item, quantity)
        else:
            self._run("remove", item)

    def remove(self, item: str) -> bool:
        self._check(item)
        return bool(self._run("remove", item))

    def quantity(self, item: str) -> int:
        self._check(item)
        return self.items().get(item, 0)

    def items(self) -> dict[str, int]:
        stored = self.client.hgetall(f"cart::{self.user_id}")
        return {item: int(quantity) for item, quantity in stored.items()}

    def count(self) -> int:
        return sum(self.items().values())

    def total(self, prices: dict[str, int]) -> int:
        return sum(quantity * prices[item] for item, quantity in self.items().items())

    def clear(self) -> None:
        self._run("take")

    def ttl(self) -> int | None:
        seconds = self.client.ttl(f"cart::{self.user_id}")
        return seconds if seconds >= 0 else None

    def merge(self, guest_id: str) -> None:
        if not guest_id:
            raise ValueError("guest_id must not be empty")
        if guest_id == self.user_id:
            raise ValueError("guest_id must be another user's")
        self._run("merge", guest=guest_id)

    def checkout(self) -> dict[str, int]:
        flat = self._run("take")
        return {item: int(quantity) for item, quantity in zip(flat[::2], flat[1::2], strict=True)}

    @staticmethod
    def _check(item: str) -> None:
        if not item:
            raise ValueError("item must not be empty")
