"""merge sets the expiry of the fields that the guest has, and of no other.

Breaks: "A change that leaves items in the cart restarts its time-to-live; reading never does; a
call that raises never does; one that finds nothing to change may or may not."
"""

RENEW = """
local function renew(key, milliseconds)
    local fields = redis.call('HKEYS', key)
    for first = 1, #fields, 1000 do
        local last = math.min(first + 999, #fields)
        redis.call('HPEXPIRE', key, milliseconds, 'FIELDS', last - first + 1, unpack(fields, first, last))
    end
end

-- A hash whose fields have all run out may still lie there for a moment.
local function contents(key)
    local flat = redis.call('HGETALL', key)
    if #flat == 0 then
        redis.call('DEL', key)
    end
    return flat
end
"""

ADD = """
contents(KEYS[1])
local quantity = redis.call('HINCRBY', KEYS[1], ARGV[1], ARGV[2])
renew(KEYS[1], ARGV[3])
return quantity
"""

PUT = """
contents(KEYS[1])
if ARGV[2] == '0' then
    redis.call('HDEL', KEYS[1], ARGV[1])
else
    redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
end
renew(KEYS[1], ARGV[3])
"""

REMOVE = """
contents(KEYS[1])
local removed = redis.call('HDEL', KEYS[1], ARGV[1])
renew(KEYS[1], ARGV[2])
return removed
"""

ITEMS = "return contents(KEYS[1])"

TAKE = """
local flat = contents(KEYS[1])
redis.call('DEL', KEYS[1])
return flat
"""

MERGE = """
local guest = contents(KEYS[2])
contents(KEYS[1])
for i = 1, #guest, 2 do
    redis.call('HINCRBY', KEYS[1], guest[i], guest[i + 1])
end
if #guest > 0 then
    redis.call('DEL', KEYS[2])
    for i = 1, #guest, 2 do
        redis.call('HPEXPIRE', KEYS[1], ARGV[1], 'FIELDS', 1, guest[i])
    end
end
"""

TTL = """
local flat = contents(KEYS[1])
if #flat == 0 then
    return -2
end
return redis.call('HPTTL', KEYS[1], 'FIELDS', 1, flat[1])[1]
"""


class ShoppingCart:
    def __init__(self, client, user_id, ttl=1800):
        if not user_id:
            raise ValueError("user_id: empty")
        if not isinstance(ttl, int) or ttl <= 0:
            raise ValueError("ttl: not a whole number above 0")
        self.client = client
        self.user_id = user_id
        self.milliseconds = ttl * 1000

    def run(self, script, *args, others=()):
        keys = ["fieldcart:" + user for user in (self.user_id, *others)]
        return self.client.eval(RENEW + script, len(keys), *keys, *args)

    def add(self, item, quantity=1):
        self.check(item, quantity, 1)
        return self.run(ADD, item, quantity, self.milliseconds)

    def set_quantity(self, item, quantity):
        self.check(item, quantity, 0)
        self.run(PUT, item, quantity, self.milliseconds)

    def remove(self, item):
        self.check(item)
        return self.run(REMOVE, item, self.milliseconds) == 1

    def quantity(self, item):
        self.check(item)
        return self.items().get(item, 0)

    def items(self):
        return self.unflatten(self.run(ITEMS))

    def count(self):
        return sum(self.items().values())

    def total(self, prices):
        return sum(quantity * prices[item] for item, quantity in self.items().items())

    def clear(self):
        self.run(TAKE)

    def ttl(self):
        left = self.run(TTL)
        return left // 1000 if left >= 0 else None

    def merge(self, guest_id):
        if not guest_id:
            raise ValueError("guest_id: empty")
        if guest_id == self.user_id:
            raise ValueError("guest_id: the user's own")
        self.run(MERGE, self.milliseconds, others=[guest_id])

    def checkout(self):
        return self.unflatten(self.run(TAKE))

    @staticmethod
    def unflatten(flat):
        return {flat[i]: int(flat[i + 1]) for i in range(0, len(flat), 2)}

    @staticmethod
    def check(item, quantity=1, least=0):
        if not item:
            raise ValueError("item: empty")
        if quantity < least:
            raise ValueError(f"quantity: below {least}")
