"""A shopping cart without scripts whose fields expire: WATCH, read, then MULTI with HEXPIRE on every field."""

import redis


class ShoppingCart:
    def __init__(self, client, user_id, ttl=1800):
        if len(user_id) == 0:
            raise ValueError("empty user id")
        if int(ttl) != ttl or ttl < 1:
            raise ValueError("bad time-to-live")
        self.client, self.user_id, self.seconds = client, user_id, int(ttl)
        self.key = "fields:" + user_id

    def change(self, work, guest_key=None):
        """``work(items, guest_items)`` alters the items in place; what it returns is returned."""
        keys = [self.key] + ([guest_key] if guest_key else [])
        while True:
            with self.client.pipeline() as pipe:
                pipe.watch(*keys)
                carts = [numbers(pipe.hgetall(key)) for key in keys]
                before = dict(carts[0])
                result = work(*carts)
                items = carts[0]
                pipe.multi()
                if gone := [item for item in before if item not in items]:
                    pipe.hdel(self.key, *gone)
                if items:
                    pipe.hset(self.key, mapping=items)
                    pipe.hexpire(self.key, self.seconds, *items)
                if guest_key:
                    pipe.delete(guest_key)
                try:
                    pipe.execute()
                except redis.WatchError:
                    continue
                return result

    def add(self, item, quantity=1):
        need(item, quantity, 1)

        def work(items):
            items[item] = items.get(item, 0) + quantity
            return items[item]

        return self.change(work)

    def set_quantity(self, item, quantity):
        need(item, quantity, 0)

        def work(items):
            items.pop(item, None)
            if quantity:
                items[item] = quantity

        self.change(work)

    def remove(self, item):
        need(item)
        return self.change(lambda items: items.pop(item, None) is not None)

    def quantity(self, item):
        need(item)
        return int(self.client.hget(self.key, item) or 0)

    def items(self):
        return numbers(self.client.hgetall(self.key))

    def count(self):
        return sum(self.items().values())

    def total(self, prices):
        return sum(prices[item] * number for item, number in self.items().items())

    def clear(self):
        self.client.delete(self.key)

    def ttl(self):
        items = self.items()
        if not items:
            return None
        left = max(self.client.httl(self.key, *items))
        return left if left >= 0 else None

    def merge(self, guest_id):
        need(guest_id)
        if guest_id == self.user_id:
            raise ValueError("own cart")

        def work(items, guest):
            for item, number in guest.items():
                items[item] = items.get(item, 0) + number

        self.change(work, "fields:" + guest_id)

    def checkout(self):
        def work(items):
            taken = dict(items)
            items.clear()
            return taken

        return self.change(work)


def numbers(stored):
    return {item: int(number) for item, number in stored.items()}


def need(name, quantity=0, least=0):
    if len(name) == 0:
        raise ValueError("empty name")
    if quantity < least:
        raise ValueError("quantity too small")
