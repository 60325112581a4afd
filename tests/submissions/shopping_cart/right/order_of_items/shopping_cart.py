"""Beside the hash a list of the items, in the order in which they came: both change, expire and go together."""

CHANGE = """
local cart, order, ttl, item = KEYS[1], KEYS[2], ARGV[1], ARGV[2]
local function renew()
  redis.call('EXPIRE', cart, ttl)
  redis.call('EXPIRE', order, ttl)
end
local function put(name, units)
  if redis.call('HSET', cart, name, units) == 1 then redis.call('RPUSH', order, name) end
end
local function units(name) return tonumber(redis.call('HGET', cart, name) or '0') end
"""
ADD = CHANGE + "local n = string.format('%d', units(item) + ARGV[3]) put(item, n) renew() return n"
SET = CHANGE + "put(item, ARGV[3]) renew()"
REMOVE = (
    CHANGE + "redis.call('LREM', order, 1, item) local n = redis.call('HDEL', cart, item) renew() return n"
)
TAKE = """
local taken = {redis.call('LRANGE', KEYS[2], 0, -1), redis.call('HGETALL', KEYS[1])}
if ARGV[1] == 'out' then redis.call('DEL', KEYS[1], KEYS[2]) end
return taken
"""
MERGE = (
    CHANGE
    + """
for _, name in ipairs(redis.call('LRANGE', KEYS[4], 0, -1)) do
  put(name, string.format('%d', units(name) + redis.call('HGET', KEYS[3], name)))
end
redis.call('DEL', KEYS[3], KEYS[4])
renew()
"""
)


class ShoppingCart:
    """Items come back in the order in which they were put in."""

    def __init__(self, client, user_id, ttl=1800):
        if not user_id:
            raise ValueError("user")
        if not isinstance(ttl, int) or ttl < 1:
            raise ValueError("ttl")
        self.client, self.user, self.seconds = client, user_id, ttl

    def _keys(self, user):
        return [f"cart:{user}", f"order:{user}"]

    def _run(self, script, *args, guest=()):
        return self.client.register_script(script)([*self._keys(self.user), *guest], args)

    def add(self, item, quantity=1):
        require(item, quantity > 0)
        return int(self._run(ADD, self.seconds, item, quantity))

    def set_quantity(self, item, quantity):
        require(item, quantity >= 0)
        self._run(SET, self.seconds, item, quantity) if quantity else self.remove(item)

    def remove(self, item):
        require(item)
        return self._run(REMOVE, self.seconds, item)

    def quantity(self, item):
        require(item)
        return self.items().get(item, 0)

    def items(self):
        return self._ordered("look")

    def _ordered(self, how):
        order, flat = self._run(TAKE, how)
        held = dict(zip(flat[::2], flat[1::2]))
        return {item: int(held[item]) for item in order}

    def count(self):
        return sum(self.items().values())

    def total(self, prices):
        return sum(prices[item] * units for item, units in self.items().items())

    def clear(self):
        self.client.delete(*self._keys(self.user))

    def ttl(self):
        left = self.client.ttl(self._keys(self.user)[0])
        return None if left < 0 else left

    def merge(self, guest_id):
        require(guest_id, guest_id != self.user)
        self._run(MERGE, self.seconds, "", guest=self._keys(guest_id))

    def checkout(self):
        return self._ordered("out")


def require(name, right=True):
    if not name or not right:
        raise ValueError("bad argument")
