"""A shopping cart with a client of its own over the given one's pool; keys say how long the user's id is."""

from functools import wraps

import redis


def refuses_empty_names(method):
    """Looks at the first argument before anything else happens."""

    @wraps(method)
    def checked(self, name, *more, **others):
        if not name:
            raise ValueError(f"{method.__name__}: an empty name")
        return method(self, name, *more, **others)

    return checked


def at_least(least, quantity):
    if quantity < least:
        raise ValueError(f"{quantity} is less than {least}")


class ShoppingCart:
    def __init__(self, client, user_id, ttl=1800):
        if not user_id:
            raise ValueError("an empty user_id")
        if not isinstance(ttl, int) or ttl < 1:
            raise ValueError("ttl: whole seconds, 1 or more")
        self._db = redis.Redis(connection_pool=client.connection_pool)
        self._user_id = user_id
        self._seconds = ttl

    @staticmethod
    def _key_of(user_id):
        return f"cart#{len(user_id)}#{user_id}"

    @property
    def _key(self):
        return self._key_of(self._user_id)

    def _commit(self, pipe):
        pipe.expire(self._key, self._seconds)
        return pipe.execute()

    @refuses_empty_names
    def add(self, item, quantity=1):
        at_least(1, quantity)
        return self._commit(self._db.pipeline().hincrby(self._key, item, quantity))[0]

    @refuses_empty_names
    def set_quantity(self, item, quantity):
        at_least(0, quantity)
        pipe = self._db.pipeline()
        self._commit(pipe.hset(self._key, item, quantity) if quantity else pipe.hdel(self._key, item))

    @refuses_empty_names
    def remove(self, item):
        return self._commit(self._db.pipeline().hdel(self._key, item))[0]

    @refuses_empty_names
    def quantity(self, item):
        return int(self._db.hget(self._key, item) or 0)

    def items(self):
        return {item: int(quantity) for item, quantity in self._db.hscan_iter(self._key, count=7)}

    def count(self):
        return sum(self.items().values())

    def total(self, prices):
        return sum(quantity * prices[item] for item, quantity in self.items().items())

    def clear(self):
        self._db.delete(self._key)

    def ttl(self):
        seconds = self._db.ttl(self._key)
        return seconds if seconds != -2 else None

    @refuses_empty_names
    def merge(self, guest_id):
        if guest_id == self._user_id:
            raise ValueError("the user's own id")
        guest_key = self._key_of(guest_id)

        def pour(pipe):
            guest = pipe.hgetall(guest_key)
            pipe.multi()
            for item, quantity in guest.items():
                pipe.hincrby(self._key, item, quantity)
            if guest:
                pipe.expire(self._key, self._seconds)
                pipe.delete(guest_key)

        self._db.transaction(pour, guest_key)

    def checkout(self):
        sold, _ = self._db.pipeline().hgetall(self._key).delete(self._key).execute()
        return {item: int(quantity) for item, quantity in sold.items()}
