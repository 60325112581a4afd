"""merge adds only to items that are in this cart already.

Breaks: "On login: adds the guest cart's quantities to this one, with this cart's `ttl`, and removes
the guest cart, in one atomic step: no unit is lost or doubled, whatever runs beside it and wherever
its process dies."
"""

from redis.exceptions import WatchError


class ShoppingCart:
    def __init__(self, client, user_id, ttl=1800):
        if not user_id:
            raise ValueError("the user's id is empty")
        if type(ttl) is not int or ttl < 1:
            raise ValueError("ttl is a whole number of seconds, 1 at least")
        self._client = client
        self._user_id = user_id
        self._ttl = ttl

    @staticmethod
    def _key(user_id):
        return "hsetex-cart:" + user_id

    @staticmethod
    def _read(source, key):
        return {item: int(quantity) for item, quantity in source.hgetall(key).items()}

    def _write(self, pipe, cart):
        # The key's own expiry is a belt to the fields' braces: no empty hash is left lying about.
        key = self._key(self._user_id)
        pipe.delete(key)
        if cart:
            pipe.hsetex(key, mapping=cart, ex=self._ttl)
            pipe.expire(key, self._ttl)

    def _rewrite(self, change, *guests):
        """Read the carts, let ``change`` alter this user's, write it back; all over again if one changed."""
        keys = [self._key(user) for user in (self._user_id, *guests)]
        with self._client.pipeline() as pipe:
            while True:
                try:
                    pipe.watch(*keys)
                    carts = [self._read(pipe, key) for key in keys]
                    before = dict(carts[0])
                    answer = change(*carts)
                    pipe.multi()
                    if carts[0] != before:
                        self._write(pipe, carts[0])
                    for key in keys[1:]:
                        pipe.delete(key)
                    pipe.execute()
                    return answer
                except WatchError:
                    continue

    def add(self, item, quantity=1):
        self._check(item, quantity, 1)

        def change(cart):
            cart[item] = cart.get(item, 0) + quantity
            return cart[item]

        return self._rewrite(change)

    def set_quantity(self, item, quantity):
        self._check(item, quantity, 0)
        if quantity == 0:
            self.remove(item)
        else:
            self._rewrite(lambda cart: cart.update({item: quantity}))

    def remove(self, item):
        self._check(item)
        return self._rewrite(lambda cart: cart.pop(item, None)) is not None

    def quantity(self, item):
        self._check(item)
        return self.items().get(item, 0)

    def items(self):
        return self._read(self._client, self._key(self._user_id))

    def count(self):
        return sum(self.items().values())

    def total(self, prices):
        return sum(prices[item] * quantity for item, quantity in self.items().items())

    def clear(self):
        self._client.delete(self._key(self._user_id))

    def ttl(self):
        left = self._client.ttl(self._key(self._user_id))
        return left if left >= 0 else None

    def merge(self, guest_id):
        if not guest_id:
            raise ValueError("the guest's id is empty")
        if guest_id == self._user_id:
            raise ValueError("the guest is the user")

        def change(cart, guest):
            for item in cart:
                cart[item] += guest.get(item, 0)

        self._rewrite(change, guest_id)

    def checkout(self):
        def change(cart):
            taken = dict(cart)
            cart.clear()
            return taken

        return self._rewrite(change)

    @staticmethod
    def _check(item, quantity=0, least=0):
        if not item:
            raise ValueError("the item's name is empty")
        if quantity < least:
            raise ValueError(f"the quantity is below {least}")
