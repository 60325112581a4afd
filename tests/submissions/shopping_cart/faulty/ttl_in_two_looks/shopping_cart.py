"""ttl looks whether there is a cart, and then asks for its time."""

import redis


class ShoppingCart:
    def __init__(self, client, user_id, ttl=1800):
        if user_id == "":
            raise ValueError("no user id")
        if type(ttl) != int:
            raise ValueError("ttl is not a whole number")
        if ttl <= 0:
            raise ValueError("ttl is too small")
        self.client = client
        self.user_id = user_id
        self.time = ttl
        self.key = "cart_" + user_id

    def add(self, item, quantity=1):
        if item == "":
            raise ValueError("no item")
        if quantity <= 0:
            raise ValueError("quantity is too small")
        pipe = self.client.pipeline(transaction=True)
        pipe.hincrby(self.key, item, quantity)
        pipe.expire(self.key, self.time)
        results = pipe.execute()
        return results[0]

    def set_quantity(self, item, quantity):
        if item == "":
            raise ValueError("no item")
        if quantity < 0:
            raise ValueError("quantity is too small")
        pipe = self.client.pipeline(transaction=True)
        if quantity == 0:
            pipe.hdel(self.key, item)
        else:
            pipe.hset(self.key, item, quantity)
        pipe.expire(self.key, self.time)
        pipe.execute()

    def remove(self, item):
        if item == "":
            raise ValueError("no item")
        pipe = self.client.pipeline(transaction=True)
        pipe.hdel(self.key, item)
        pipe.expire(self.key, self.time)
        results = pipe.execute()
        if results[0] == 1:
            return True
        else:
            return False

    def quantity(self, item):
        if item == "":
            raise ValueError("no item")
        value = self.client.hget(self.key, item)
        if value == None:
            return 0
        return int(value)

    def items(self):
        data = self.client.hgetall(self.key)
        result = {}
        for item in data:
            result[item] = int(data[item])
        return result

    def count(self):
        items = self.items()
        number = 0
        for item in items:
            number = number + items[item]
        return number

    def total(self, prices):
        items = self.items()
        money = 0
        for item in items:
            money = money + items[item] * prices[item]
        return money

    def clear(self):
        self.client.delete(self.key)

    def ttl(self):
        if not self.client.exists(self.key):
            return None
        return self.client.ttl(self.key)

    def merge(self, guest_id):
        if guest_id == "":
            raise ValueError("no guest id")
        if guest_id == self.user_id:
            raise ValueError("this is my own cart")
        guest_key = "cart_" + guest_id
        done = False
        while not done:
            pipe = self.client.pipeline(transaction=True)
            try:
                # if somebody touches the guest cart from here on, execute() raises WatchError
                pipe.watch(guest_key)
                data = pipe.hgetall(guest_key)
                pipe.multi()
                for item in data:
                    pipe.hincrby(self.key, item, int(data[item]))
                if len(data) > 0:
                    pipe.expire(self.key, self.time)
                    pipe.delete(guest_key)
                pipe.execute()
                done = True
            except redis.WatchError:
                print("somebody was faster, again")
            finally:
                pipe.reset()

    def checkout(self):
        pipe = self.client.pipeline(transaction=True)
        pipe.hgetall(self.key)
        pipe.delete(self.key)
        results = pipe.execute()
        data = results[0]
        result = {}
        for item in data:
            result[item] = int(data[item])
        return result
