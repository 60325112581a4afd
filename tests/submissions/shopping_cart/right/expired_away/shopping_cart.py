"""Nothing is ever deleted: what is to go is told to expire at once, a field by HEXPIRE and a cart by PEXPIREAT."""

import time

GONE = 2  # HEXPIRE's answer for a field that is gone


class ShoppingCart:
    def __init__(self, client, user_id, ttl=1800):
        if not user_id:
            raise ValueError("no user")
        if not isinstance(ttl, int) or ttl < 1:
            raise ValueError("no ttl")
        self.c, self.user, self.key, self.life = client, user_id, f"c|{user_id}", ttl

    def _end(self):
        return int(time.time() * 1000) + self.life * 1000

    def _renewed(self, fill):
        with self.c.pipeline() as pipe:
            fill(pipe)
            pipe.pexpireat(self.key, self._end())
            return pipe.execute()

    def add(self, item, quantity=1):
        some(item)
        if quantity < 1:
            raise ValueError("quantity")
        return self._renewed(lambda pipe: pipe.hincrby(self.key, item, quantity))[0]

    def set_quantity(self, item, quantity):
        some(item)
        if quantity < 0:
            raise ValueError("quantity")
        if quantity:
            self._renewed(lambda pipe: pipe.hset(self.key, item, quantity))
        else:
            self.remove(item)

    def remove(self, item):
        some(item)
        answers = self._renewed(lambda pipe: pipe.hexpire(self.key, 0, item))[0]
        return answers is not None and answers[0] == GONE

    def quantity(self, item):
        some(item)
        return int(self.c.hget(self.key, item) or 0)

    def items(self):
        return {item: int(units) for item, units in self.c.hgetall(self.key).items()}

    def count(self):
        return sum(self.items().values())

    def total(self, prices):
        return sum(units * prices[item] for item, units in self.items().items())

    def clear(self):
        self.c.pexpireat(self.key, 1)

    def ttl(self):
        end = self.c.pexpiretime(self.key)
        return None if end < 0 else max(0, round(end / 1000 - time.time()))

    def merge(self, guest_id):
        some(guest_id)
        if guest_id == self.user:
            raise ValueError("oneself")
        guest = f"c|{guest_id}"

        def move(pipe):
            theirs = pipe.hgetall(guest)
            pipe.multi()
            for item, units in theirs.items():
                pipe.hincrby(self.key, item, units)
            pipe.pexpireat(self.key, self._end())
            pipe.expireat(guest, 1)

        self.c.transaction(move, guest)

    def checkout(self):
        with self.c.pipeline() as pipe:
            taken, _ = pipe.hgetall(self.key).expire(self.key, 0).execute()
        return {item: int(units) for item, units in taken.items()}


def some(name):
    if not name:
        raise ValueError("no name")
