"""One lock for all carts, held by redis-py; five minutes after its holder's death it is free again."""

from functools import wraps

LOCK_SECONDS = 300


def locked(method):
    """Only one such call at a time, of anybody."""

    @wraps(method)
    def call(self, *args, **kwargs):
        checked = self.check(method.__name__, *args, **kwargs)
        with self.client.lock("carts/lock", timeout=LOCK_SECONDS, sleep=1):
            return method(self, *checked)

    return call


class ShoppingCart:
    def __init__(self, client, user_id, ttl=1800):
        if not user_id:
            raise ValueError("user_id")
        if not isinstance(ttl, int) or ttl < 1:
            raise ValueError("ttl")
        self.client, self.user, self.seconds = client, user_id, ttl
        self.key = f"carts/of/{user_id}"

    def check(self, method, name="", quantity=1):
        if method == "checkout" or method == "clear":
            return ()
        if not name or quantity < (0 if method == "set_quantity" else 1):
            raise ValueError("a bad argument")
        if method == "merge" and name == self.user:
            raise ValueError("the own cart")
        return (name, quantity) if method in ("add", "set_quantity") else (name,)

    def _write(self, change):
        with self.client.pipeline(transaction=True) as pipe:
            change(pipe)
            pipe.expire(self.key, self.seconds)
            return pipe.execute()

    @locked
    def add(self, item, quantity):
        units = int(self.client.hget(self.key, item) or 0) + quantity
        self._write(lambda pipe: pipe.hset(self.key, item, units))
        return units

    @locked
    def set_quantity(self, item, quantity):
        if quantity:
            self._write(lambda pipe: pipe.hset(self.key, item, quantity))
        else:
            self._write(lambda pipe: pipe.hdel(self.key, item))

    @locked
    def remove(self, item):
        return self._write(lambda pipe: pipe.hdel(self.key, item))[0] == 1

    def quantity(self, item):
        return int(self.client.hget(self.key, *self.check("quantity", item)) or 0)

    def items(self):
        return {item: int(units) for item, units in self.client.hgetall(self.key).items()}

    def count(self):
        return sum(self.items().values())

    def total(self, prices):
        return sum(units * prices[item] for item, units in self.items().items())

    @locked
    def clear(self):
        self.client.delete(self.key)

    def ttl(self):
        left = self.client.ttl(self.key)
        return None if left == -2 else left

    @locked
    def merge(self, guest_id):
        guest = f"carts/of/{guest_id}"
        mine, theirs = self.items(), self.client.hgetall(guest)
        if theirs:
            sums = {item: mine.get(item, 0) + int(units) for item, units in theirs.items()}
            self._write(lambda pipe: pipe.hset(self.key, mapping=sums).delete(guest))

    @locked
    def checkout(self):
        taken = self.items()
        self.client.delete(self.key)
        return taken
