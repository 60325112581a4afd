"""A shopping cart behind redis-py's Lock: every change holds its cart's lock, a merge those of both carts."""

from contextlib import ExitStack, contextmanager


class ShoppingCart:
    def __init__(self, client, user_id, ttl=1800):
        if not user_id:
            raise ValueError("the user needs an id")
        if not isinstance(ttl, int) or ttl < 1:
            raise ValueError("the time-to-live is a whole number of seconds, 1 or more")
        self.client = client
        self.user_id = user_id
        self.lifetime = ttl
        self.key = f"carts:{user_id}"

    @contextmanager
    def alone(self, *others):
        """Nobody else changes these carts inside the ``with``; in one order, so that nobody waits in a ring."""
        with ExitStack() as stack:
            for user in sorted({self.user_id, *others}):
                stack.enter_context(self.client.lock(f"locks:{user}", timeout=30, sleep=0.02))
            yield

    def write(self, *commands):
        """Run the commands and the new expiry as one transaction."""
        pipe = self.client.pipeline(transaction=True)
        for name, *arguments in commands:
            getattr(pipe, name)(*arguments)
        pipe.expire(self.key, self.lifetime)
        return pipe.execute()

    def add(self, item, quantity=1):
        item = checked(item)
        if quantity < 1:
            raise ValueError("add one or more")
        with self.alone():
            new = self.read(item) + quantity
            self.write(("hset", self.key, item, new))
        return new

    def set_quantity(self, item, quantity):
        item = checked(item)
        if quantity < 0:
            raise ValueError("no less than nothing")
        with self.alone():
            self.write(("hset", self.key, item, quantity) if quantity else ("hdel", self.key, item))

    def remove(self, item):
        item = checked(item)
        with self.alone():
            there = self.read(item) > 0
            if there:
                self.write(("hdel", self.key, item))
        return there

    def read(self, item):
        return int(self.client.hget(self.key, item) or 0)

    def quantity(self, item):
        return self.read(checked(item))

    def items(self):
        return {item: int(number) for item, number in self.client.hgetall(self.key).items()}

    def count(self):
        return sum(self.items().values())

    def total(self, prices):
        return sum(number * prices[item] for item, number in self.items().items())

    def clear(self):
        with self.alone():
            self.client.delete(self.key)

    def ttl(self):
        left = self.client.ttl(self.key)
        return left if left >= 0 else None

    def merge(self, guest_id):
        if checked(guest_id) == self.user_id:
            raise ValueError("the guest is somebody else")
        with self.alone(guest_id):
            guest_key = f"carts:{guest_id}"
            guest = self.client.hgetall(guest_key)
            sums = {item: self.read(item) + int(number) for item, number in guest.items()}
            if sums:
                self.write(("hset", self.key, None, None, sums), ("delete", guest_key))

    def checkout(self):
        with self.alone():
            taken = self.items()
            self.client.delete(self.key)
        return taken


def checked(name):
    if not name:
        raise ValueError("a name is not empty")
    return name
