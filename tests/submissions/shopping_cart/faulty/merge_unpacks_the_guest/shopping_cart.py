"""merge hands all of the guest's items to one HSET by unpack, which refuses thousands.

Breaks: "On login: adds the guest cart's quantities to this one, with this cart's `ttl`, and removes the guest cart, in one atomic step: no unit is lost or doubled, whatever runs beside it and wherever its process dies."
"""

ADD = """
local quantity = redis.call('HINCRBY', KEYS[1], ARGV[1], ARGV[2])
redis.call('EXPIRE', KEYS[1], ARGV[3])
return quantity
"""

SET_QUANTITY = """
if tonumber(ARGV[2]) > 0 then
    redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
else
    redis.call('HDEL', KEYS[1], ARGV[1])
end
redis.call('EXPIRE', KEYS[1], ARGV[3])
"""

REMOVE = """
local removed = redis.call('HDEL', KEYS[1], ARGV[1])
if removed == 1 then
    redis.call('EXPIRE', KEYS[1], ARGV[2])
end
return removed
"""

MERGE = """
local guest = redis.call('HGETALL', KEYS[2])
if #guest == 0 then
    return
end
for i = 1, #guest, 2 do
    guest[i + 1] = (redis.call('HGET', KEYS[1], guest[i]) or 0) + guest[i + 1]
end
redis.call('HSET', KEYS[1], unpack(guest))
redis.call('EXPIRE', KEYS[1], ARGV[1])
redis.call('DEL', KEYS[2])
"""

CHECKOUT = """
local items = redis.call('HGETALL', KEYS[1])
redis.call('DEL', KEYS[1])
return items
"""


class ShoppingCart:
    def __init__(self, client, user_id, ttl=1800):
        _require_name(user_id, "user")
        if type(ttl) is not int or ttl < 1:
            raise ValueError(f"ttl must be a positive whole number, not {ttl!r}")
        self._client = client
        self._user = user_id
        self._key = _key(user_id)
        self._ttl = ttl
        self._add = client.register_script(ADD)
        self._set_quantity = client.register_script(SET_QUANTITY)
        self._remove = client.register_script(REMOVE)
        self._merge = client.register_script(MERGE)
        self._checkout = client.register_script(CHECKOUT)

    def add(self, item, quantity=1):
        _require_name(item, "item")
        if quantity < 1:
            raise ValueError(f"cannot add {quantity} units")
        return self._add(keys=[self._key], args=[item, quantity, self._ttl])

    def set_quantity(self, item, quantity):
        _require_name(item, "item")
        if quantity < 0:
            raise ValueError(f"cannot have {quantity} units")
        self._set_quantity(keys=[self._key], args=[item, quantity, self._ttl])

    def remove(self, item):
        _require_name(item, "item")
        return bool(self._remove(keys=[self._key], args=[item, self._ttl]))

    def quantity(self, item):
        _require_name(item, "item")
        quantity = self._client.hget(self._key, item)
        return 0 if quantity is None else int(quantity)

    def items(self):
        return {item: int(quantity) for item, quantity in self._client.hgetall(self._key).items()}

    def count(self):
        return sum(map(int, self._client.hvals(self._key)))

    def total(self, prices):
        return sum(prices[item] * quantity for item, quantity in self.items().items())

    def clear(self):
        self._client.unlink(self._key)

    def ttl(self):
        seconds = self._client.ttl(self._key)
        return seconds if seconds >= 0 else None

    def merge(self, guest_id):
        _require_name(guest_id, "guest")
        if guest_id == self._user:
            raise ValueError("guest and user are the same")
        self._merge(keys=[self._key, _key(guest_id)], args=[self._ttl])

    def checkout(self):
        flat = self._checkout(keys=[self._key])
        return {item: int(quantity) for item, quantity in zip(flat[::2], flat[1::2], strict=True)}


def _key(user_id):
    return "carts/" + user_id


def _require_name(name, what):
    if name == "":
        raise ValueError(f"{what} must not be empty")
