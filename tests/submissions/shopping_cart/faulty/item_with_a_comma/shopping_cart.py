"""checkout gets item and quantity as one string, and cuts it at its first comma.

Breaks: "Names and strings are any text that UTF-8 can encode, colons, spaces, newlines, `*`, `?`,
`[` and emoji included"
"""

LIBRARY = """#!lua name=shopping_cart

local function change(key, item, quantity)
    if quantity > 0 then
        redis.call('HSET', key, item, string.format('%d', quantity))
    else
        redis.call('HDEL', key, item)
    end
    return quantity
end

local function current(key, item)
    return tonumber(redis.call('HGET', key, item) or 0)
end

local function cart_add(keys, args)
    local quantity = change(keys[1], args[1], current(keys[1], args[1]) + tonumber(args[2]))
    redis.call('EXPIRE', keys[1], args[3])
    return quantity
end

local function cart_set(keys, args)
    local before = current(keys[1], args[1])
    change(keys[1], args[1], tonumber(args[2]))
    redis.call('EXPIRE', keys[1], args[3])
    return before
end

local function take(key)
    local items = redis.call('HGETALL', key)
    redis.call('DEL', key)
    return items
end

local function cart_merge(keys, args)
    local guest = take(keys[2])
    for i = 1, #guest, 2 do
        change(keys[1], guest[i], current(keys[1], guest[i]) + tonumber(guest[i + 1]))
    end
    if #guest > 0 then
        redis.call('EXPIRE', keys[1], args[1])
    end
    return #guest / 2
end

local function cart_take(keys, args)
    local items, lines = take(keys[1]), {}
    for i = 1, #items, 2 do
        lines[#lines + 1] = items[i] .. ',' .. items[i + 1]
    end
    return lines
end

redis.register_function('cart_add', cart_add)
redis.register_function('cart_set', cart_set)
redis.register_function('cart_merge', cart_merge)
redis.register_function('cart_take', cart_take)
"""


class ShoppingCart:
    def __init__(self, client, user_id, ttl=1800):
        self._user = self._named(user_id)
        if not isinstance(ttl, int) or ttl < 1:
            raise ValueError("the time-to-live must be a whole number above 0")
        self._ttl = ttl
        self._client = client
        self._client.function_load(LIBRARY, replace=True)

    @property
    def _key(self):
        return "cart-of-" + self._user

    def add(self, item, quantity=1):
        self._named(item)
        self._at_least(1, quantity)
        return self._client.fcall("cart_add", 1, self._key, item, quantity, self._ttl)

    def set_quantity(self, item, quantity):
        self._named(item)
        self._at_least(0, quantity)
        self._client.fcall("cart_set", 1, self._key, item, quantity, self._ttl)

    def remove(self, item):
        self._named(item)
        return self._client.fcall("cart_set", 1, self._key, item, 0, self._ttl) > 0

    def quantity(self, item):
        return int(self._client.hget(self._key, self._named(item)) or "0")

    def items(self):
        return self._quantities(self._client.hgetall(self._key))

    def count(self):
        return sum(self.items().values())

    def total(self, prices):
        total = 0
        for item, quantity in self.items().items():
            total += quantity * prices[item]
        return total

    def clear(self):
        self._client.fcall("cart_take", 1, self._key)

    def ttl(self):
        left = self._client.pttl(self._key)
        return None if left < 0 else round(left / 1000)

    def merge(self, guest_id):
        if self._named(guest_id) == self._user:
            raise ValueError("the guest is the user")
        self._client.fcall("cart_merge", 2, self._key, "cart-of-" + guest_id, self._ttl)

    def checkout(self):
        lines = self._client.fcall("cart_take", 1, self._key)
        return self._quantities(dict(line.split(",")[:2] for line in lines))

    @staticmethod
    def _quantities(stored):
        return {item: int(quantity) for item, quantity in stored.items()}

    @staticmethod
    def _named(name):
        if not name:
            raise ValueError("names must not be empty")
        return name

    @staticmethod
    def _at_least(least, quantity):
        if quantity < least:
            raise ValueError(f"the quantity must be {least} or more")
