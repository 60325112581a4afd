"""set_quantity tries three times under WATCH, and then says nothing.

Breaks: "0 removes the item; negative: `ValueError`."
"""

import redis


class ShoppingCart:
    """Reads the quantity, works the new one out in Python, and writes it under WATCH."""

    def __init__(self, client, user_id, ttl=1800):
        if user_id == "":
            raise ValueError("user_id is empty")
        if isinstance(ttl, float) or ttl < 1:
            raise ValueError("ttl is not a whole number of seconds above 0")
        self._client = client
        self._user_id = user_id
        self._key = "shopping-cart:" + user_id
        self._ttl = ttl

    def _update(self, item, change):
        """Replace the item's quantity by ``change(quantity)``; gives both, the old and the new one."""

        def work(pipe):
            old = int(pipe.hget(self._key, item) or 0)
            new = change(old)
            pipe.multi()
            if new > 0:
                pipe.hset(self._key, item, new)
            else:
                pipe.hdel(self._key, item)
            pipe.expire(self._key, self._ttl)
            return old, new

        return self._client.transaction(work, self._key, value_from_callable=True)

    def add(self, item, quantity=1):
        _check_item(item)
        if quantity < 1:
            raise ValueError("quantity is below 1")
        return self._update(item, lambda old: old + quantity)[1]

    def set_quantity(self, item, quantity):
        _check_item(item)
        if quantity < 0:
            raise ValueError("quantity is negative")
        for _ in range(3):
            try:
                with self._client.pipeline() as pipe:
                    pipe.watch(self._key)
                    pipe.multi()
                    if quantity > 0:
                        pipe.hset(self._key, item, quantity)
                    else:
                        pipe.hdel(self._key, item)
                    pipe.expire(self._key, self._ttl)
                    pipe.execute()
                    return
            except redis.WatchError:
                continue

    def remove(self, item):
        _check_item(item)
        return self._update(item, lambda old: 0)[0] > 0

    def quantity(self, item):
        _check_item(item)
        stored = self._client.hget(self._key, item)
        return int(stored) if stored else 0

    def items(self):
        return _as_numbers(self._client.hgetall(self._key))

    def count(self):
        return sum(self.items().values())

    def total(self, prices):
        return sum(prices[item] * number for item, number in self.items().items())

    def clear(self):
        self._client.delete(self._key)

    def ttl(self):
        left = self._client.ttl(self._key)
        if left < 0:
            return None
        return left

    def merge(self, guest_id):
        if guest_id == "":
            raise ValueError("guest_id is empty")
        if guest_id == self._user_id:
            raise ValueError("guest_id is the user's own")
        guest_key = "shopping-cart:" + guest_id

        def work(pipe):
            merged = _as_numbers(pipe.hgetall(self._key))
            guest = _as_numbers(pipe.hgetall(guest_key))
            for item, number in guest.items():
                merged[item] = merged.get(item, 0) + number
            pipe.multi()
            if guest:
                pipe.hset(self._key, mapping=merged)
                pipe.expire(self._key, self._ttl)
                pipe.delete(guest_key)

        self._client.transaction(work, self._key, guest_key)

    def checkout(self):
        def work(pipe):
            taken = _as_numbers(pipe.hgetall(self._key))
            pipe.multi()
            pipe.delete(self._key)
            return taken

        return self._client.transaction(work, self._key, value_from_callable=True)


def _check_item(item):
    if item == "":
        raise ValueError("item is empty")


def _as_numbers(stored):
    return {item: int(number) for item, number in stored.items()}
