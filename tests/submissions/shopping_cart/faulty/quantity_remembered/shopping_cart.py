"""quantity() is cached until this object changes the cart."""


class ShoppingCart:
    def __init__(self, client, user_id, ttl=1800):
        if not user_id:
            raise ValueError("user_id is empty")
        if not isinstance(ttl, int) or ttl < 1:
            raise ValueError("ttl is a whole number above 0")
        self.client = client
        self.user_id = user_id
        self.key = self.key_of(user_id)
        self.seconds = ttl
        self.cached = {}

    @staticmethod
    def key_of(user):
        return f"cart:{user}"

    @staticmethod
    def check(item, quantity=1, least=1):
        if not item:
            raise ValueError("item is empty")
        if quantity < least:
            raise ValueError("quantity is too small")

    def add(self, item, quantity=1):
        self.check(item, quantity)
        self.cached.clear()
        pipe = self.client.pipeline()
        pipe.hincrby(self.key, item, quantity)
        pipe.expire(self.key, self.seconds)
        return pipe.execute()[0]

    def set_quantity(self, item, quantity):
        self.check(item, quantity, 0)
        if quantity == 0:
            self.remove(item)
            return
        self.cached.clear()
        pipe = self.client.pipeline()
        pipe.hset(self.key, item, quantity)
        pipe.expire(self.key, self.seconds)
        pipe.execute()

    def remove(self, item):
        self.check(item)
        self.cached.clear()
        pipe = self.client.pipeline()
        pipe.hdel(self.key, item)
        pipe.expire(self.key, self.seconds)
        return bool(pipe.execute()[0])

    def quantity(self, item):
        self.check(item)
        if item not in self.cached:
            self.cached[item] = int(self.client.hget(self.key, item) or 0)
        return self.cached[item]

    def items(self):
        return {item: int(number) for item, number in self.client.hgetall(self.key).items()}

    def count(self):
        return sum(self.items().values())

    def total(self, prices):
        return sum(number * prices[item] for item, number in self.items().items())

    def clear(self):
        self.cached.clear()
        self.client.delete(self.key)

    def ttl(self):
        left = self.client.ttl(self.key)
        return left if left >= 0 else None

    def merge(self, guest_id):
        if not guest_id or guest_id == self.user_id:
            raise ValueError("guest_id is empty or the user's own")
        guest_key = self.key_of(guest_id)

        def work(pipe):
            guest = pipe.hgetall(guest_key)
            pipe.multi()
            for item, number in guest.items():
                pipe.hincrby(self.key, item, number)
            pipe.expire(self.key, self.seconds)
            pipe.delete(guest_key)

        self.cached.clear()
        self.client.transaction(work, guest_key)

    def checkout(self):
        self.cached.clear()
        pipe = self.client.pipeline()
        pipe.hgetall(self.key)
        pipe.delete(self.key)
        taken = pipe.execute()[0]
        return {item: int(number) for item, number in taken.items()}
