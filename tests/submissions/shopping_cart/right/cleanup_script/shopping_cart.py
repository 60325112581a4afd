"""A shopping cart that changes by differences, negative ones too; one script adds them and sweeps up."""

CHANGE = """
-- KEYS: cart. ARGV: time-to-live, then item and difference in turn. Gives the quantities afterwards.
local after = {}
for i = 2, #ARGV, 2 do
    local quantity = redis.call('HINCRBY', KEYS[1], ARGV[i], ARGV[i + 1])
    if quantity <= 0 then
        redis.call('HDEL', KEYS[1], ARGV[i])
    end
    after[#after + 1] = quantity
end
redis.call('EXPIRE', KEYS[1], ARGV[1])
return after
"""

SET = """
local before = redis.call('HGET', KEYS[1], ARGV[2])
local difference = tonumber(ARGV[3]) - tonumber(before or '0')
if redis.call('HINCRBY', KEYS[1], ARGV[2], string.format('%d', difference)) <= 0 then
    redis.call('HDEL', KEYS[1], ARGV[2])
end
redis.call('EXPIRE', KEYS[1], ARGV[1])
return before and 1 or 0
"""

MOVE = """
local items = redis.call('HGETALL', KEYS[2])
redis.call('DEL', KEYS[2])
for i = 1, #items, 2 do
    redis.call('HINCRBY', KEYS[1], items[i], items[i + 1])
end
if #items > 0 then
    redis.call('EXPIRE', KEYS[1], ARGV[1])
end
"""

SUM = """
local sum = 0
for _, quantity in ipairs(redis.call('HVALS', KEYS[1])) do
    sum = sum + tonumber(quantity)
end
return sum
"""


class ShoppingCart:
    def __init__(self, client, user_id, ttl=1800):
        if not user_id:
            raise ValueError("user_id")
        if isinstance(ttl, float) or ttl <= 0:
            raise ValueError("ttl")
        self.client = client
        self.user_id = user_id
        self.seconds = ttl
        self.key = "basket " + user_id

    def add(self, item, quantity=1):
        if not item or quantity <= 0:
            raise ValueError("item or quantity")
        return self.client.eval(CHANGE, 1, self.key, self.seconds, item, quantity)[0]

    def set_quantity(self, item, quantity):
        if not item or quantity < 0:
            raise ValueError("item or quantity")
        self.client.eval(SET, 1, self.key, self.seconds, item, quantity)

    def remove(self, item):
        if not item:
            raise ValueError("item")
        return self.client.eval(SET, 1, self.key, self.seconds, item, 0) == 1

    def quantity(self, item):
        if not item:
            raise ValueError("item")
        return int(self.client.hget(self.key, item) or 0)

    def items(self):
        pairs = self.client.hgetall(self.key)
        return dict(zip(pairs, map(int, pairs.values())))

    def count(self):
        return self.client.eval_ro(SUM, 1, self.key)

    def total(self, prices):
        items = self.items()
        return sum(map(lambda item: items[item] * prices[item], items))

    def clear(self):
        self.client.delete(self.key)

    def ttl(self):
        left = self.client.pttl(self.key)
        return None if left < 0 else (left + 999) // 1000

    def merge(self, guest_id):
        if not guest_id or guest_id == self.user_id:
            raise ValueError("guest_id")
        self.client.eval(MOVE, 2, self.key, "basket " + guest_id, self.seconds)

    def checkout(self):
        pipe = self.client.pipeline()
        pipe.hgetall(self.key)
        pipe.delete(self.key)
        items, _ = pipe.execute()
        return {item: int(quantity) for item, quantity in items.items()}
