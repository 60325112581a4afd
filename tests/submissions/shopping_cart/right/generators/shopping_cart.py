"""Methods are generators that yield commands and get their replies."""

import redis


def steps(*watched):
    """A method that yields commands and gets replies: until it yields None what it reads is watched; then it is one MULTI."""

    def wrap(function):
        def method(self, *args, **kwargs):
            while True:
                work = function(self, *args, **kwargs)
                with self.client.pipeline() as pipe:
                    reply = None
                    try:
                        while (command := work.send(reply)) is not None:
                            if command[0] == "WATCH":
                                reply = pipe.watch(*command[1:])
                            else:
                                reply = pipe.immediate_execute_command(*command)
                        pipe.multi()
                        command = work.send(None)
                        while True:
                            pipe.execute_command(*command)
                            command = next(work)
                    except StopIteration as end:
                        try:
                            if pipe.explicit_transaction:
                                pipe.execute()
                        except redis.WatchError:
                            continue
                        return end.value

        return method

    return wrap


class ShoppingCart:
    def __init__(self, client, user_id, ttl=1800):
        if not user_id or ttl < 1 or int(ttl) != ttl:
            raise ValueError((user_id, ttl))
        self.client, self.user, self.seconds = client, user_id, int(ttl)
        self.key = "cart:" + user_id

    @steps()
    def _add(self, item, quantity):
        yield "WATCH", self.key
        old = yield "HGET", self.key, item
        yield None
        new = int(old or 0) + quantity
        yield "HSET", self.key, item, new
        yield "EXPIRE", self.key, self.seconds
        return new

    def add(self, item, quantity=1):
        if not item or quantity < 1:
            raise ValueError("add")
        return self._add(item, quantity)

    @steps()
    def _set(self, item, quantity):
        yield None
        yield ("HSET", self.key, item, quantity) if quantity else ("HDEL", self.key, item)
        yield "EXPIRE", self.key, self.seconds

    def set_quantity(self, item, quantity):
        if not item or quantity < 0:
            raise ValueError("set_quantity")
        self._set(item, quantity)

    @steps()
    def _remove(self, item):
        yield "WATCH", self.key
        there = yield "HEXISTS", self.key, item
        if not there:
            return False
        yield None
        yield "HDEL", self.key, item
        yield "EXPIRE", self.key, self.seconds
        return True

    def remove(self, item):
        if not item:
            raise ValueError("remove")
        return self._remove(item)

    def quantity(self, item):
        if not item:
            raise ValueError("quantity")
        return int(self.client.hget(self.key, item) or 0)

    def items(self):
        return {i: int(n) for i, n in self.client.hgetall(self.key).items()}

    def count(self):
        return sum(self.items().values())

    def total(self, prices):
        return sum(n * prices[i] for i, n in self.items().items())

    def clear(self):
        self.client.delete(self.key)

    def ttl(self):
        left = self.client.ttl(self.key)
        return None if left < 0 else left

    @steps()
    def _merge(self, guest):
        yield "WATCH", guest
        units = yield "HGETALL", guest
        if not units:
            return
        yield None
        for item, n in units.items():
            yield "HINCRBY", self.key, item, n
        yield "EXPIRE", self.key, self.seconds
        yield "DEL", guest

    def merge(self, guest_id):
        if not guest_id or guest_id == self.user:
            raise ValueError("merge")
        self._merge("cart:" + guest_id)

    @steps()
    def _checkout(self):
        yield "WATCH", self.key
        units = yield "HGETALL", self.key
        if units:
            yield None
            yield "DEL", self.key
        return {i: int(n) for i, n in units.items()}

    def checkout(self):
        return self._checkout()
