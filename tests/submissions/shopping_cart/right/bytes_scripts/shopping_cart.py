"""Everything in bytes; scripts go by EVALSHA, and by EVAL where the server doesn't know them yet."""

from hashlib import sha1

from redis.exceptions import NoScriptError, ResponseError


def script(body):
    body = body.encode()
    return sha1(body).hexdigest().encode(), body


CHANGE = script("""
local reply = redis.call(unpack(ARGV, 2))
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return reply
""")
TAKE = script("local all = redis.call('HGETALL', KEYS[1]) redis.call('UNLINK', KEYS[1]) return all")
POUR = script("""
local all = redis.call('HGETALL', KEYS[1])
for i = 1, #all, 2 do redis.call('HINCRBY', KEYS[2], all[i], all[i + 1]) end
if redis.call('UNLINK', KEYS[1]) > 0 then redis.call('PEXPIRE', KEYS[2], ARGV[1]) end
""")
PRICE = script("""
local all = redis.call('HGETALL', KEYS[1])
return all
""")


class ShoppingCart:
    def __init__(self, client, user_id, ttl=1800):
        if not isinstance(ttl, int) or ttl < 1:
            raise ValueError("ttl")
        self.command = client.execute_command
        self.key = self.key_of(user_id)
        self.ms = ttl * 1000

    @staticmethod
    def key_of(user):
        if not user:
            raise ValueError("user")
        return b"\xffcart\xff" + user.encode("utf-8")

    @staticmethod
    def field(item):
        if not item:
            raise ValueError("item")
        return item.encode("utf-8")

    def ask(self, *words):
        return self.command(*words, NEVER_DECODE=True)

    def run(self, script, keys, *args):
        digest, body = script
        words = (len(keys), *keys, *args)
        try:
            return self.ask(b"EVALSHA", digest, *words)
        except NoScriptError:
            return self.ask(b"EVAL", body, *words)

    def change(self, name, *args):
        return self.run(CHANGE, [self.key], self.ms, name, self.key, *args)

    @staticmethod
    def cart(flat):
        pairs = flat.items() if isinstance(flat, dict) else zip(flat[::2], flat[1::2])
        return {item.decode("utf-8"): int(n) for item, n in pairs}

    def add(self, item, quantity=1):
        if quantity < 1:
            raise ValueError("quantity")
        return self.change(b"HINCRBY", self.field(item), quantity)

    def set_quantity(self, item, quantity):
        if quantity < 0:
            raise ValueError("quantity")
        field = self.field(item)
        if quantity:
            self.change(b"HSET", field, quantity)
        else:
            self.change(b"HDEL", field)

    def remove(self, item):
        return self.change(b"HDEL", self.field(item)) == 1

    def quantity(self, item):
        return int(self.ask(b"HGET", self.key, self.field(item)) or b"0")

    def items(self):
        return self.cart(self.ask(b"HGETALL", self.key))

    def count(self):
        return sum(int(n) for n in self.ask(b"HVALS", self.key))

    def total(self, prices):
        return sum(prices[item] * n for item, n in self.cart(self.run(PRICE, [self.key])).items())

    def clear(self):
        self.ask(b"UNLINK", self.key)

    def ttl(self):
        left = self.ask(b"PTTL", self.key)
        return None if left < 0 else -(-left // 1000)

    def merge(self, guest_id):
        guest = self.key_of(guest_id)
        if guest == self.key:
            raise ValueError("guest")
        self.run(POUR, [guest, self.key], self.ms)

    def checkout(self):
        return self.cart(self.run(TAKE, [self.key]))
