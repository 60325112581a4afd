"""merge takes the prefix guest: off the guest's id.

Breaks: "Names and strings are any text that UTF-8 can encode, colons, spaces, newlines, `*`, `?`, `[` and emoji included, used as they are: no trimming, no change of case, no normalising."
"""

from redis.exceptions import WatchError


class ShoppingCart:
    """One hash per user, item to quantity."""

    def __init__(self, client, user_id, ttl=1800):
        if not user_id:
            raise ValueError("user_id must not be empty")
        if not isinstance(ttl, int) or ttl <= 0:
            raise ValueError("ttl must be a whole number of seconds above 0")
        self.client = client
        self.user_id = user_id
        self.ttl_seconds = ttl
        self.key = self._key(user_id)

    @staticmethod
    def _key(user_id):
        return f"cart:{user_id}"

    @staticmethod
    def _check_item(item):
        if not item:
            raise ValueError("item must not be empty")

    def _change(self, command, *args):
        with self.client.pipeline(transaction=True) as pipe:
            getattr(pipe, command)(self.key, *args)
            pipe.expire(self.key, self.ttl_seconds)
            return pipe.execute()[0]

    def add(self, item, quantity=1):
        self._check_item(item)
        if quantity < 1:
            raise ValueError("quantity must be 1 or more")
        return self._change("hincrby", item, quantity)

    def set_quantity(self, item, quantity):
        self._check_item(item)
        if quantity < 0:
            raise ValueError("quantity must not be negative")
        if quantity == 0:
            self._change("hdel", item)
        else:
            self._change("hset", item, quantity)

    def remove(self, item):
        self._check_item(item)
        return self._change("hdel", item) == 1

    def quantity(self, item):
        self._check_item(item)
        return int(self.client.hget(self.key, item) or 0)

    def items(self):
        return {item: int(quantity) for item, quantity in self.client.hgetall(self.key).items()}

    def count(self):
        return sum(self.items().values())

    def total(self, prices):
        return sum(quantity * prices[item] for item, quantity in self.items().items())

    def clear(self):
        self.client.delete(self.key)

    def ttl(self):
        seconds = self.client.ttl(self.key)
        return None if seconds == -2 else seconds

    def merge(self, guest_id):
        if not guest_id:
            raise ValueError("guest_id must not be empty")
        if guest_id == self.user_id:
            raise ValueError("a cart cannot be merged with itself")
        guest_key = self._key(guest_id.removeprefix("guest:"))
        with self.client.pipeline(transaction=True) as pipe:
            while True:
                try:
                    pipe.watch(guest_key)
                    guest = pipe.hgetall(guest_key)
                    if not guest:
                        return
                    pipe.multi()
                    for item, quantity in guest.items():
                        pipe.hincrby(self.key, item, int(quantity))
                    pipe.expire(self.key, self.ttl_seconds)
                    pipe.delete(guest_key)
                    pipe.execute()
                    return
                except WatchError:
                    continue

    def checkout(self):
        with self.client.pipeline(transaction=True) as pipe:
            pipe.hgetall(self.key)
            pipe.delete(self.key)
            bought, _ = pipe.execute()
        return {item: int(quantity) for item, quantity in bought.items()}
