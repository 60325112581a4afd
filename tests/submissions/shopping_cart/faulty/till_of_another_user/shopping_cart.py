"""checkout renames the cart of user 'a' to the key of user 'till:a'.

Breaks: "No key, board, user or namespace may collide with another of its module, nor with the
module's own helper keys."
"""

from redis.exceptions import ResponseError, WatchError


class ShoppingCart:
    def __init__(self, client, user_id, ttl=1800):
        if not user_id:
            raise ValueError("user_id is empty")
        if not isinstance(ttl, int) or ttl < 1:
            raise ValueError("ttl has to be a positive whole number")
        self.client = client
        self.user = user_id
        self.key = "cart:open:" + user_id
        self.expiry = ttl

    def _write(self, queue):
        with self.client.pipeline(transaction=True) as pipe:
            queue(pipe)
            pipe.expire(self.key, self.expiry)
            return pipe.execute()[0]

    def add(self, item, quantity=1):
        if not item:
            raise ValueError("item is empty")
        if quantity < 1:
            raise ValueError("quantity has to be positive")
        return self._write(lambda pipe: pipe.hincrby(self.key, item, quantity))

    def set_quantity(self, item, quantity):
        if not item:
            raise ValueError("item is empty")
        if quantity < 0:
            raise ValueError("quantity must not be negative")
        if quantity == 0:
            self._write(lambda pipe: pipe.hdel(self.key, item))
        else:
            self._write(lambda pipe: pipe.hset(self.key, item, quantity))

    def remove(self, item):
        if not item:
            raise ValueError("item is empty")
        return self._write(lambda pipe: pipe.hdel(self.key, item)) > 0

    def quantity(self, item):
        if not item:
            raise ValueError("item is empty")
        number = self.client.hget(self.key, item)
        if number is None:
            return 0
        return int(number)

    def items(self):
        return self._items(self.key)

    def _items(self, key):
        return {item: int(number) for item, number in self.client.hgetall(key).items()}

    def count(self):
        return sum(self.items().values())

    def total(self, prices):
        return sum(number * prices[item] for item, number in self.items().items())

    def clear(self):
        self.client.delete(self.key)

    def ttl(self):
        left = self.client.ttl(self.key)
        return left if left > -1 else None

    def merge(self, guest_id):
        if not guest_id:
            raise ValueError("guest_id is empty")
        if guest_id == self.user:
            raise ValueError("that is the same cart")
        guest_key = "cart:open:" + guest_id
        while True:
            try:
                with self.client.pipeline() as pipe:
                    pipe.watch(guest_key)
                    guest = pipe.hgetall(guest_key)
                    pipe.multi()
                    for item, number in guest.items():
                        pipe.hincrby(self.key, item, number)
                    if guest:
                        pipe.expire(self.key, self.expiry)
                    pipe.delete(guest_key)
                    pipe.execute()
                return
            except WatchError:
                pass

    def checkout(self):
        till = "cart:open:till:" + self.user
        try:
            with self.client.pipeline(transaction=True) as pipe:
                pipe.rename(self.key, till)
                pipe.hgetall(till)
                pipe.delete(till)
                stored = pipe.execute()[1]
        except ResponseError as error:
            if "no such key" in str(error):
                return {}
            raise
        return {item: int(number) for item, number in stored.items()}
