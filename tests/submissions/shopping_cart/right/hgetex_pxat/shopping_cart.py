"""Fields that expire at one moment: HGETEX PXAT renews all of them inside the script that changes one."""

import time

SCRIPT = """
local cart, at = KEYS[1], ARGV[1]
local verb, item, n = ARGV[2], ARGV[3], ARGV[4]

local function renew()
  local names = redis.call('HKEYS', cart)
  for first = 1, #names, 500 do
    local slice = {unpack(names, first, math.min(first + 499, #names))}
    redis.call('HGETEX', cart, 'PXAT', at, 'FIELDS', #slice, unpack(slice))
  end
end

local answer = 0
if verb == 'add' then
  answer = redis.call('HINCRBY', cart, item, n)
elseif verb == 'set' then
  redis.call('HSET', cart, item, n)
elseif verb == 'remove' then
  answer = redis.call('HDEL', cart, item)
elseif verb == 'pour' then
  local theirs = redis.call('HGETALL', KEYS[2])
  for i = 1, #theirs, 2 do redis.call('HINCRBY', cart, theirs[i], theirs[i + 1]) end
  redis.call('DEL', KEYS[2])
end
renew()
return answer
"""


class ShoppingCart:
    def __init__(self, client, user_id, ttl=1800):
        if not isinstance(ttl, int) or ttl < 1:
            raise ValueError("ttl")
        self._client, self._user, self._ttl = client, user_id, ttl
        self._key = self._name(user_id)
        self._script = client.register_script(SCRIPT)

    @staticmethod
    def _name(user):
        if not user:
            raise ValueError("user")
        return f"fields:{user}"

    def _run(self, verb, item="", n=0, *more):
        at = int((time.time() + self._ttl) * 1000)
        return self._script(keys=[self._key, *more], args=[at, verb, item, n])

    @staticmethod
    def _item(item):
        if not item:
            raise ValueError("item")
        return item

    def add(self, item, quantity=1):
        if quantity < 1:
            raise ValueError("quantity")
        return self._run("add", self._item(item), quantity)

    def set_quantity(self, item, quantity):
        if quantity < 0:
            raise ValueError("quantity")
        self._run("set" if quantity else "remove", self._item(item), quantity)

    def remove(self, item):
        return self._run("remove", self._item(item)) == 1

    def quantity(self, item):
        return int(self._client.hget(self._key, self._item(item)) or 0)

    def items(self):
        return {item: int(n) for item, n in self._client.hgetall(self._key).items()}

    def count(self):
        return sum(self.items().values())

    def total(self, prices):
        return sum(prices[item] * n for item, n in self.items().items())

    def clear(self):
        self._client.delete(self._key)

    def ttl(self):
        name = self._client.hrandfield(self._key)
        if name is None:
            return None
        left = self._client.hpttl(self._key, name)[0]
        return round(left / 1000) if left >= 0 else self.ttl() if left == -2 else None

    def merge(self, guest_id):
        guest = self._name(guest_id)
        if guest == self._key:
            raise ValueError("guest")
        self._run("pour", "", 0, guest)

    def checkout(self):
        pipe = self._client.pipeline()
        pipe.hgetall(self._key)
        pipe.delete(self._key)
        return {item: int(n) for item, n in pipe.execute()[0].items()}
