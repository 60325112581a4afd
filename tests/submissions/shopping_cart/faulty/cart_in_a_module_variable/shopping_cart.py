"""The carts are in a dict of the module; the server holds a copy that nobody reads.

Breaks: "All state lives on the server: two objects made with the same arguments, in two processes,
see the same data."
"""

CARTS = {}


class ShoppingCart:
    def __init__(self, client, user_id, ttl=1800):
        if user_id == "":
            raise ValueError("no user id")
        if type(ttl) != int or ttl <= 0:
            raise ValueError("ttl is not a whole number above 0")
        self.client = client
        self.user_id = user_id
        self.time = ttl
        self.cart = CARTS.setdefault(user_id, {})

    def save(self):
        # so that nothing is lost
        key = "cart_" + self.user_id
        pipe = self.client.pipeline(transaction=True)
        pipe.delete(key)
        if len(self.cart) > 0:
            pipe.hset(key, mapping=self.cart)
            pipe.expire(key, self.time)
        pipe.execute()

    def add(self, item, quantity=1):
        if item == "":
            raise ValueError("no item")
        if quantity <= 0:
            raise ValueError("quantity is too small")
        self.cart[item] = self.cart.get(item, 0) + quantity
        self.save()
        return self.cart[item]

    def set_quantity(self, item, quantity):
        if item == "":
            raise ValueError("no item")
        if quantity < 0:
            raise ValueError("quantity is too small")
        if quantity == 0:
            self.cart.pop(item, None)
        else:
            self.cart[item] = quantity
        self.save()

    def remove(self, item):
        if item == "":
            raise ValueError("no item")
        if item not in self.cart:
            return False
        del self.cart[item]
        self.save()
        return True

    def quantity(self, item):
        if item == "":
            raise ValueError("no item")
        return self.cart.get(item, 0)

    def items(self):
        return dict(self.cart)

    def count(self):
        return sum(self.cart.values())

    def total(self, prices):
        return sum(prices[item] * quantity for item, quantity in self.cart.items())

    def clear(self):
        self.cart.clear()
        self.save()

    def ttl(self):
        seconds = self.client.ttl("cart_" + self.user_id)
        return None if seconds < 0 else seconds

    def merge(self, guest_id):
        if guest_id == "":
            raise ValueError("no guest id")
        if guest_id == self.user_id:
            raise ValueError("this is my own cart")
        guest = CARTS.get(guest_id, {})
        for item in guest:
            self.cart[item] = self.cart.get(item, 0) + guest[item]
        guest.clear()
        self.client.delete("cart_" + guest_id)
        self.save()

    def checkout(self):
        result = dict(self.cart)
        self.cart.clear()
        self.save()
        return result
