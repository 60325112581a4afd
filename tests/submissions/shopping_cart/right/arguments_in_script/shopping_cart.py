"""Arguments are checked by the script itself, before it reads or writes anything."""

import redis

SCRIPT = """
local verb, item, quantity, ttl = ARGV[1], ARGV[2], tonumber(ARGV[3]), ARGV[4]
if item == '' then
  return redis.error_reply('BADARG the name is empty')
end
if (verb == 'add' and quantity < 1) or (verb == 'set' and quantity < 0) then
  return redis.error_reply('BADARG the quantity is too small')
end
if verb == 'merge' and KEYS[1] == KEYS[2] then
  return redis.error_reply('BADARG the own id')
end
local reply = 0
if verb == 'add' then
  reply = redis.call('HINCRBY', KEYS[1], item, quantity)
elseif verb == 'set' then
  if quantity == 0 then redis.call('HDEL', KEYS[1], item) else redis.call('HSET', KEYS[1], item, ARGV[3]) end
elseif verb == 'remove' then
  reply = redis.call('HDEL', KEYS[1], item)
elseif verb == 'quantity' then
  return tonumber(redis.call('HGET', KEYS[1], item) or '0')
elseif verb == 'merge' then
  local all = redis.call('HGETALL', KEYS[2])
  for i = 1, #all, 2 do redis.call('HINCRBY', KEYS[1], all[i], all[i + 1]) end
  redis.call('DEL', KEYS[2])
end
redis.call('EXPIRE', KEYS[1], ttl)
return reply
"""


class ShoppingCart:
    def __init__(self, client, user_id, ttl=1800):
        if not user_id or int(ttl) != ttl or ttl <= 0:
            raise ValueError("bad user or ttl")
        self._client, self._user, self._ttl = client, user_id, int(ttl)
        self._script = client.register_script(SCRIPT)

    def _run(self, verb, item, quantity=0, other=""):
        try:
            return self._script(["cart:" + self._user, "cart:" + other], [verb, item, quantity, self._ttl])
        except redis.ResponseError as error:
            if "BADARG" in str(error):
                raise ValueError(str(error)) from error
            raise

    def add(self, item, quantity=1):
        return self._run("add", item, quantity)

    def set_quantity(self, item, quantity):
        self._run("set", item, quantity)

    def remove(self, item):
        return bool(self._run("remove", item))

    def quantity(self, item):
        return self._run("quantity", item)

    def items(self):
        return {k: int(v) for k, v in self._client.hgetall("cart:" + self._user).items()}

    def count(self):
        return sum(self.items().values())

    def total(self, prices):
        return sum(prices[k] * v for k, v in self.items().items())

    def clear(self):
        self._client.delete("cart:" + self._user)

    def ttl(self):
        left = self._client.ttl("cart:" + self._user)
        return left if left >= 0 else None

    def merge(self, guest_id):
        self._run("merge", guest_id, 0, guest_id)

    def checkout(self):
        with self._client.pipeline(transaction=True) as pipe:
            taken, _ = pipe.hgetall("cart:" + self._user).delete("cart:" + self._user).execute()
        return {k: int(v) for k, v in taken.items()}
