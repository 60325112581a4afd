"""Everything but clear() holds the cart's lock."""

from contextlib import ExitStack, contextmanager


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

    @staticmethod
    def key_of(user):
        return f"cart:{user}"

    @staticmethod
    def check(item, quantity=1, least=1):
        if not item:
            raise ValueError("item is empty")
        if quantity < least:
            raise ValueError("quantity is too small")

    @contextmanager
    def locked(self, *users):
        with ExitStack() as stack:
            for user in sorted({self.user_id, *users}):
                stack.enter_context(self.client.lock(f"lock:{user}", timeout=10))
            yield

    def write(self, cart, *drop):
        pipe = self.client.pipeline()
        pipe.delete(self.key, *drop)
        if cart:
            pipe.hset(self.key, mapping=cart)
            pipe.expire(self.key, self.seconds)
        pipe.execute()

    def add(self, item, quantity=1):
        self.check(item, quantity)
        with self.locked():
            cart = self.items()
            cart[item] = cart.get(item, 0) + quantity
            self.write(cart)
            return cart[item]

    def set_quantity(self, item, quantity):
        self.check(item, quantity, 0)
        with self.locked():
            cart = self.items()
            cart[item] = quantity
            self.write({k: v for k, v in cart.items() if v})

    def remove(self, item):
        self.check(item)
        with self.locked():
            cart = self.items()
            there = cart.pop(item, 0) > 0
            self.write(cart)
            return there

    def quantity(self, item):
        self.check(item)
        return int(self.client.hget(self.key, item) or 0)

    def items(self):
        return {item: int(number) for item, number in self.client.hgetall(self.key).items()}

    def count(self):
        return sum(self.items().values())

    def total(self, prices):
        return sum(number * prices[item] for item, number in self.items().items())

    def clear(self):
        self.client.delete(self.key)

    def ttl(self):
        left = self.client.ttl(self.key)
        return left if left >= 0 else None

    def merge(self, guest_id):
        if not guest_id or guest_id == self.user_id:
            raise ValueError("guest_id is empty or the user's own")
        with self.locked(guest_id):
            guest = self.client.hgetall(self.key_of(guest_id))
            if guest:
                cart = self.items()
                for item, number in guest.items():
                    cart[item] = cart.get(item, 0) + int(number)
                self.write(cart, self.key_of(guest_id))

    def checkout(self):
        with self.locked():
            cart = self.items()
            self.client.delete(self.key)
            return cart
