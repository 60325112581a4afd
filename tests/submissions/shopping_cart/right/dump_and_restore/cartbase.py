"""A cart in scripts."""

SCRIPTS = {
    "add": "local n = redis.call('HINCRBY', KEYS[1], ARGV[1], ARGV[2]) redis.call('EXPIRE', KEYS[1], ARGV[3]) return n",
    "put": "redis.call('HSET', KEYS[1], ARGV[1], ARGV[2]) redis.call('EXPIRE', KEYS[1], ARGV[3])",
    "drop": "local n = redis.call('HDEL', KEYS[1], ARGV[1]) redis.call('EXPIRE', KEYS[1], ARGV[2]) return n",
    "pour": """local f = redis.call('HGETALL', KEYS[2]) for i = 1, #f, 2 do redis.call('HINCRBY', KEYS[1], f[i], f[i+1]) end
if #f > 0 then redis.call('EXPIRE', KEYS[1], ARGV[1]) redis.call('DEL', KEYS[2]) end""",
    "take": "local f = redis.call('HGETALL', KEYS[1]) redis.call('DEL', KEYS[1]) return f",
}


class Base:
    def __init__(self, client, user_id, ttl=1800):
        if type(ttl) is not int or ttl < 1:
            raise ValueError("ttl")
        self.client, self.user, self.life = client, user_id, ttl
        self.key = self.key_of(user_id)
        self.ready()
        for name, text in SCRIPTS.items():
            setattr(self, "_" + name, self.client.register_script(text))

    def ready(self):
        pass

    def key_of(self, user):
        if user == "":
            raise ValueError("user")
        return "cart:" + user

    def named(self, item):
        if item == "":
            raise ValueError("item")
        return item

    def add(self, item, quantity=1):
        self.named(item)
        if quantity < 1:
            raise ValueError("quantity")
        return self._add(keys=[self.key], args=[item, quantity, self.life])

    def set_quantity(self, item, quantity):
        self.named(item)
        if quantity < 0:
            raise ValueError("quantity")
        if quantity:
            self._put(keys=[self.key], args=[item, quantity, self.life])
        else:
            self.remove(item)

    def remove(self, item):
        return bool(self._drop(keys=[self.key], args=[self.named(item), self.life]))

    def quantity(self, item):
        return int(self.client.hget(self.key, self.named(item)) or 0)

    def items(self):
        return {k: int(v) for k, v in self.client.hgetall(self.key).items()}

    def count(self):
        return sum(self.items().values())

    def total(self, prices):
        return sum(n * prices[i] for i, n in self.items().items())

    def clear(self):
        self.client.delete(self.key)

    def ttl(self):
        left = self.client.ttl(self.key)
        return None if left < 0 else left

    def merge(self, guest_id):
        guest = self.key_of(guest_id)
        if guest == self.key:
            raise ValueError("own cart")
        self._pour(keys=[self.key, guest], args=[self.life])

    def checkout(self):
        flat = self._take(keys=[self.key])
        if isinstance(flat, dict):
            flat = [x for row in flat.items() for x in row]
        return {k: int(v) for k, v in zip(flat[::2], flat[1::2])}
