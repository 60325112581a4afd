"""A library of functions; whole carts travel as JSON, with care for the empty one."""

import json

import redis

SOURCE = """#!lua name=carts
local function all(key)
  local flat = server.call('HGETALL', key)
  local cart = {}
  for i = 1, #flat, 2 do cart[#cart + 1] = {flat[i], flat[i + 1]} end
  return cart
end

local function show(keys)
  return cjson.encode({cart = all(keys[1]), left = server.call('TTL', keys[1])})
end

local function put(keys, args)
  local ttl, how, item, n = unpack(args)
  local reply
  if how == 'more' then reply = server.call('HINCRBY', keys[1], item, n)
  elseif how == 'gone' then reply = server.call('HDEL', keys[1], item)
  else reply = server.call('HSET', keys[1], item, n) end
  server.call('EXPIRE', keys[1], ttl)
  return reply
end

local function take(keys)
  local text = show(keys)
  server.call('DEL', keys[1])
  return text
end

local function pour(keys, args)
  for _, line in ipairs(all(keys[1])) do server.call('HINCRBY', keys[2], line[1], line[2]) end
  if server.call('DEL', keys[1]) == 1 then server.call('EXPIRE', keys[2], args[1]) end
  return server.status_reply('OK')
end

server.register_function{function_name='cart_show', callback=show, flags={'no-writes'}}
server.register_function('cart_put', put)
server.register_function('cart_take', take)
server.register_function('cart_pour', pour)
"""


class ShoppingCart:
    def __init__(self, client, user_id, ttl=1800):
        if not isinstance(ttl, int) or ttl < 1:
            raise ValueError("ttl")
        self.key = self.key_of(user_id)
        self.client, self.seconds = client, ttl
        try:
            client.function_load(SOURCE)
        except redis.exceptions.ResponseError as error:
            if "exists" not in str(error):
                raise

    @staticmethod
    def key_of(user):
        if not user:
            raise ValueError("user")
        return "cart=" + user

    @staticmethod
    def lines(text):
        return {item: int(n) for item, n in json.loads(text)["cart"]}

    def put(self, how, item, n=0):
        if not item:
            raise ValueError("item")
        return self.client.fcall("cart_put", 1, self.key, self.seconds, how, item, n)

    def add(self, item, quantity=1):
        if quantity < 1:
            raise ValueError("quantity")
        return self.put("more", item, quantity)

    def set_quantity(self, item, quantity):
        if quantity < 0:
            raise ValueError("quantity")
        self.put("exact" if quantity else "gone", item, quantity)

    def remove(self, item):
        return bool(self.put("gone", item))

    def quantity(self, item):
        if not item:
            raise ValueError("item")
        return self.items().get(item, 0)

    def items(self):
        return self.lines(self.client.fcall_ro("cart_show", 1, self.key))

    def count(self):
        return sum(self.items().values())

    def total(self, prices):
        return sum(prices[item] * n for item, n in self.items().items())

    def clear(self):
        self.client.fcall("cart_take", 1, self.key)

    def ttl(self):
        left = json.loads(self.client.fcall_ro("cart_show", 1, self.key))["left"]
        return left if left >= 0 else None

    def merge(self, guest_id):
        guest = self.key_of(guest_id)
        if guest == self.key:
            raise ValueError("guest")
        self.client.fcall("cart_pour", 2, guest, self.key, self.seconds)

    def checkout(self):
        return self.lines(self.client.fcall("cart_take", 1, self.key))
