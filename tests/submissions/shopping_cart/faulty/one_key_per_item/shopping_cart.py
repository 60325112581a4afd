"""Each item is a key of its own, found by SCAN.

Breaks: "The cart is one hash per user, a field per item."
"""


class ShoppingCart:
    def __init__(self, client, user_id, ttl=1800):
        if not user_id:
            raise ValueError("user_id is empty")
        if not isinstance(ttl, int) or ttl < 1:
            raise ValueError("ttl is not a whole number above 0")
        self.client = client
        self.user_id = user_id
        self.seconds = ttl
        self.prefix = self.prefix_of(user_id)

    @staticmethod
    def prefix_of(user_id):
        # The hex keeps the globs of SCAN and the separator out of the user's id.
        return "cart:" + user_id.encode().hex() + ":"

    def keys(self, prefix):
        return list(self.client.scan_iter(prefix + "*", count=1000))

    def renew(self, pipe):
        for key in self.keys(self.prefix):
            pipe.expire(key, self.seconds)

    def add(self, item, quantity=1):
        self.check(item)
        if quantity < 1:
            raise ValueError("quantity is below 1")
        with self.client.pipeline(transaction=True) as pipe:
            pipe.incrby(self.prefix + item, quantity)
            pipe.expire(self.prefix + item, self.seconds)
            self.renew(pipe)
            return pipe.execute()[0]

    def set_quantity(self, item, quantity):
        self.check(item)
        if quantity < 0:
            raise ValueError("quantity is negative")
        with self.client.pipeline(transaction=True) as pipe:
            if quantity:
                pipe.set(self.prefix + item, quantity, ex=self.seconds)
            else:
                pipe.delete(self.prefix + item)
            self.renew(pipe)
            pipe.execute()

    def remove(self, item):
        self.check(item)
        with self.client.pipeline(transaction=True) as pipe:
            pipe.delete(self.prefix + item)
            self.renew(pipe)
            return pipe.execute()[0] == 1

    def quantity(self, item):
        self.check(item)
        return int(self.client.get(self.prefix + item) or 0)

    def items(self):
        return self.read(self.prefix)

    def read(self, prefix):
        keys = self.keys(prefix)
        values = self.client.mget(keys) if keys else []
        return {key[len(prefix) :]: int(value) for key, value in zip(keys, values) if value is not None}

    def count(self):
        return sum(self.items().values())

    def total(self, prices):
        return sum(quantity * prices[item] for item, quantity in self.items().items())

    def clear(self):
        self.checkout()

    def ttl(self):
        left = [self.client.ttl(key) for key in self.keys(self.prefix)]
        return max(left) if left else None

    def merge(self, guest_id):
        if not guest_id or guest_id == self.user_id:
            raise ValueError("guest_id is empty or the user's own")
        guest = self.prefix_of(guest_id)

        def work(pipe):
            items = self.read(guest)
            pipe.multi()
            for item, quantity in items.items():
                pipe.incrby(self.prefix + item, quantity)
                pipe.expire(self.prefix + item, self.seconds)
                pipe.delete(guest + item)
            if items:
                self.renew(pipe)

        self.client.transaction(work, *self.keys(guest))

    def checkout(self):
        def work(pipe):
            items = self.read(self.prefix)
            pipe.multi()
            for item in items:
                pipe.delete(self.prefix + item)
            return items

        return self.client.transaction(work, *self.keys(self.prefix), value_from_callable=True)

    @staticmethod
    def check(item):
        if not item:
            raise ValueError("item is empty")
