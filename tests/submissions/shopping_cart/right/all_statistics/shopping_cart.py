"""Counts, for all users together and each kind of call in a key of its own, what was done in the last day."""

DAY = 86_400


class ShoppingCart:
    def __init__(self, client, user_id, ttl=1800):
        if not user_id or ttl <= 0 or ttl != int(ttl):
            raise ValueError("bad user or ttl")
        self.client, self.user, self.seconds = client, user_id, int(ttl)
        self.key = self.name_of(user_id)

    @staticmethod
    def name_of(user):
        return f"carts:{user}"

    def transaction(self, kind, *changes):
        """The replies to the changes; the call is counted beside them."""
        with self.client.pipeline(transaction=True) as pipe:
            for name, *args in changes:
                getattr(pipe, name)(self.key, *args)
            pipe.incr(f"calls:{kind}").expire(f"calls:{kind}", DAY)
            return pipe.execute()

    def add(self, item, quantity=1):
        require(item, quantity >= 1)
        return self.transaction("add", ["hincrby", item, quantity], ["expire", self.seconds])[0]

    def set_quantity(self, item, quantity):
        require(item, quantity >= 0)
        if quantity:
            self.transaction("set", ["hset", item, quantity], ["expire", self.seconds])
        else:
            self.transaction("set to nothing", ["hdel", item], ["expire", self.seconds])

    def remove(self, item):
        require(item)
        return self.transaction("remove", ["hdel", item], ["expire", self.seconds])[0]

    def quantity(self, item):
        require(item)
        return int(self.transaction("quantity", ["hget", item])[0] or 0)

    def items(self):
        return ints(self.transaction("items", ["hgetall"])[0])

    def count(self):
        return sum(map(int, self.transaction("count", ["hvals"])[0]))

    def total(self, prices):
        held = ints(self.transaction("total", ["hgetall"])[0])
        return sum(units * prices[item] for item, units in held.items())

    def clear(self):
        self.transaction("clear", ["delete"])

    def ttl(self):
        left = self.transaction("ttl", ["ttl"])[0]
        return left if left >= 0 else None

    def merge(self, guest_id):
        require(guest_id, guest_id != self.user)
        guest = self.name_of(guest_id)

        def move(pipe):
            theirs = pipe.hgetall(guest)
            pipe.multi()
            for item, units in theirs.items():
                pipe.hincrby(self.key, item, units)
            pipe.expire(self.key, self.seconds).delete(guest)
            kind = "merge" if theirs else "merge of nothing"
            pipe.incr(f"calls:{kind}").expire(f"calls:{kind}", DAY)

        self.client.transaction(move, guest)

    def checkout(self):
        return ints(self.transaction("checkout", ["hgetall"], ["delete"])[0])


def ints(texts):
    return {item: int(units) for item, units in texts.items()}


def require(name, right=True):
    if not name or not right:
        raise ValueError("a bad argument")
