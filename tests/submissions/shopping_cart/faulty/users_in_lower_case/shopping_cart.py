"""User ids are put into lower case, as if they were addresses.

Breaks: "used as they are: no trimming, no change of case, no normalising."

Breaks: "No key, board, user or namespace may collide with another of its module, nor with the
module's own helper keys."
"""

from concurrent.futures import ThreadPoolExecutor

import redis


class ShoppingCart:
    THREADS = 4

    def __init__(self, client, user_id, ttl=1800):
        if not user_id:
            raise ValueError("empty user_id")
        if not isinstance(ttl, int) or ttl <= 0:
            raise ValueError("wrong ttl")
        self.client = client
        self.user_id = user_id.lower()
        self.key = "threaded-cart:" + self.user_id
        self.expires_in = ttl

    def add(self, item, quantity=1):
        require(item, quantity, 1)
        return self.commit(lambda pipe: pipe.hincrby(self.key, item, quantity))

    def set_quantity(self, item, quantity):
        require(item, quantity, 0)
        if quantity:
            self.commit(lambda pipe: pipe.hset(self.key, item, quantity))
        else:
            self.commit(lambda pipe: pipe.hdel(self.key, item))

    def remove(self, item):
        require(item)
        return self.commit(lambda pipe: pipe.hdel(self.key, item)) == 1

    def commit(self, change):
        with self.client.pipeline(transaction=True) as pipe:
            change(pipe)
            pipe.expire(self.key, self.expires_in)
            return pipe.execute()[0]

    def quantity(self, item):
        require(item)
        return int(self.client.hget(self.key, item) or 0)

    def items(self):
        return whole(self.client.hgetall(self.key))

    def count(self):
        return sum(self.items().values())

    def total(self, prices):
        items = self.items()
        with ThreadPoolExecutor(self.THREADS) as pool:
            # list() here, so that a KeyError of a thread comes out in this one.
            amounts = list(pool.map(lambda pair: pair[1] * prices[pair[0]], items.items()))
        return sum(amounts)

    def clear(self):
        self.client.delete(self.key)

    def ttl(self):
        left = self.client.ttl(self.key)
        return None if left == -2 else left

    def merge(self, guest_id):
        if not guest_id:
            raise ValueError("empty guest_id")
        if guest_id == self.user_id:
            raise ValueError("guest_id is user_id")
        guest_key = "threaded-cart:" + guest_id.lower()
        merged = False
        while not merged:
            merged = self.try_merge(guest_key)

    def try_merge(self, guest_key):
        with self.client.pipeline() as pipe:
            pipe.watch(self.key, guest_key)
            with ThreadPoolExecutor(2) as pool:
                mine, guest = pool.map(lambda key: whole(self.client.hgetall(key)), [self.key, guest_key])
            if not guest:
                return True
            pipe.multi()
            sums = {item: mine.get(item, 0) + number for item, number in guest.items()}
            pipe.hset(self.key, mapping=sums)
            pipe.expire(self.key, self.expires_in)
            pipe.delete(guest_key)
            try:
                pipe.execute()
            except redis.WatchError:
                return False
            return True

    def checkout(self):
        with self.client.pipeline(transaction=True) as pipe:
            pipe.hgetall(self.key)
            pipe.delete(self.key)
            return whole(pipe.execute()[0])


def whole(stored):
    return {item: int(number) for item, number in stored.items()}


def require(item, quantity=0, least=0):
    if not item:
        raise ValueError("empty item")
    if quantity < least:
        raise ValueError("wrong quantity")
