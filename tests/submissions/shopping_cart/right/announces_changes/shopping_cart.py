"""A shopping cart that tells whoever listens about each change, by PUBLISH in the same transaction."""

import json

from redis import WatchError


class ShoppingCart:
    def __init__(self, client, user_id, ttl=1800):
        self.client = client
        self.user_id = text(user_id)
        if not isinstance(ttl, int) or ttl < 1:
            raise ValueError(f"ttl: {ttl!r}")
        self.time_to_live = ttl

    @property
    def hash(self):
        return f"basket:{self.user_id}"

    def announce(self, pipe, event, **details):
        pipe.publish("baskets", json.dumps({"user": self.user_id, "event": event, **details}))

    def add(self, item, quantity=1):
        text(item)
        if quantity < 1:
            raise ValueError(f"quantity: {quantity!r}")
        with self.client.pipeline(transaction=True) as pipe:
            pipe.hincrby(self.hash, item, quantity)
            pipe.expire(self.hash, self.time_to_live)
            self.announce(pipe, "add", item=item, quantity=quantity)
            return pipe.execute()[0]

    def set_quantity(self, item, quantity):
        text(item)
        if quantity < 0:
            raise ValueError(f"quantity: {quantity!r}")
        with self.client.pipeline(transaction=True) as pipe:
            pipe.hdel(self.hash, item)
            if quantity:
                pipe.hset(self.hash, item, quantity)
            pipe.expire(self.hash, self.time_to_live)
            self.announce(pipe, "set", item=item, quantity=quantity)
            pipe.execute()

    def remove(self, item):
        text(item)
        # Looks first: whoever asks wants to know what they saw.
        there = self.client.hexists(self.hash, item)
        if there:
            with self.client.pipeline(transaction=True) as pipe:
                pipe.hdel(self.hash, item)
                pipe.expire(self.hash, self.time_to_live)
                self.announce(pipe, "remove", item=item)
                pipe.execute()
        return there

    def quantity(self, item):
        return int(self.client.hget(self.hash, text(item)) or 0)

    def items(self):
        return {item: int(number) for item, number in self.client.hgetall(self.hash).items()}

    def count(self):
        return sum(self.items().values())

    def total(self, prices):
        return sum(prices[item] * number for item, number in self.items().items())

    def clear(self):
        with self.client.pipeline(transaction=True) as pipe:
            pipe.delete(self.hash)
            self.announce(pipe, "clear")
            pipe.execute()

    def ttl(self):
        seconds = self.client.ttl(self.hash)
        return seconds if seconds >= 0 else None

    def merge(self, guest_id):
        if text(guest_id) == self.user_id:
            raise ValueError("a user can't be their own guest")
        guest = ShoppingCart(self.client, guest_id, self.time_to_live)
        with self.client.pipeline() as pipe:
            merged = False
            while not merged:
                pipe.watch(guest.hash)
                theirs = pipe.hgetall(guest.hash)
                pipe.multi()
                for item, number in theirs.items():
                    pipe.hincrby(self.hash, item, number)
                pipe.expire(self.hash, self.time_to_live)
                pipe.delete(guest.hash)
                self.announce(pipe, "merge", guest=guest_id)
                try:
                    pipe.execute()
                    merged = True
                except WatchError:
                    pass

    def checkout(self):
        with self.client.pipeline(transaction=True) as pipe:
            pipe.hgetall(self.hash)
            pipe.delete(self.hash)
            self.announce(pipe, "checkout")
            sold = pipe.execute()[0]
        return {item: int(number) for item, number in sold.items()}


def text(name):
    """The name itself, unless it is empty."""
    if not name:
        raise ValueError("a name must not be empty")
    return name
