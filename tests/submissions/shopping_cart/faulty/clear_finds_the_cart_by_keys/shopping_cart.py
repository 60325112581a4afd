"""clear() looks for the cart with KEYS.

Breaks: "Nothing calls `KEYS`, `FLUSHALL` or `FLUSHDB`, or changes the server's settings, inside
scripts neither; a walk over keys uses `SCAN`."
"""


def numbers(reply):
    """A reply to HGETALL, a dict or a flat list, as item to quantity."""
    if isinstance(reply, dict):
        reply = [part for pair in reply.items() for part in pair]
    return {reply[i]: int(reply[i + 1]) for i in range(0, len(reply), 2)}


def refuse(when, reason):
    if when:
        raise ValueError(reason)


MOVE = """
local all = redis.call('HGETALL', KEYS[1])
redis.call('DEL', KEYS[1])
for i = 1, #all, 2 do
    redis.call('HINCRBY', KEYS[2], all[i], all[i + 1])
    redis.call('EXPIRE', KEYS[2], ARGV[1])
end
return #all
"""


class ShoppingCart:
    def __init__(self, client, user_id, ttl=1800):
        refuse(user_id == "", "user_id is empty")
        refuse(not isinstance(ttl, int) or ttl < 1, "ttl is not a whole number above 0")
        self.client = client
        self.id = user_id
        self.seconds = str(ttl)

    def key(self, user_id=None):
        return "{cart}" + (user_id or self.id)

    def do(self, *command):
        return self.client.execute_command(*command)

    def do_all(self, *commands):
        """The replies to the commands, sent between MULTI and EXEC."""
        with self.client.pipeline(transaction=True) as pipe:
            for command in commands:
                pipe.execute_command(*command)
            return pipe.execute()

    def add(self, item, quantity=1):
        refuse(item == "", "item is empty")
        refuse(quantity < 1, "quantity is below 1")
        replies = self.do_all(
            ("HINCRBY", self.key(), item, quantity),
            ("EXPIRE", self.key(), self.seconds),
        )
        return int(replies[0])

    def set_quantity(self, item, quantity):
        refuse(item == "", "item is empty")
        refuse(quantity < 0, "quantity is negative")
        change = ("HSET", self.key(), item, quantity) if quantity else ("HDEL", self.key(), item)
        self.do_all(change, ("EXPIRE", self.key(), self.seconds))

    def remove(self, item):
        refuse(item == "", "item is empty")
        there, *_ = self.do_all(
            ("HEXISTS", self.key(), item),
            ("HDEL", self.key(), item),
            ("EXPIRE", self.key(), self.seconds),
        )
        return bool(there)

    def quantity(self, item):
        refuse(item == "", "item is empty")
        return int(self.do("HGET", self.key(), item) or 0)

    def items(self):
        return numbers(self.do("HGETALL", self.key()))

    def count(self):
        return sum(int(value) for value in self.do("HVALS", self.key()))

    def total(self, prices):
        return sum(quantity * prices[item] for item, quantity in self.items().items())

    def clear(self):
        if self.key() in self.do("KEYS", "{cart}*"):
            self.do("DEL", self.key())

    def ttl(self):
        milliseconds = self.do("PTTL", self.key())
        return None if milliseconds < 0 else -(-milliseconds // 1000)

    def merge(self, guest_id):
        refuse(guest_id == "", "guest_id is empty")
        refuse(guest_id == self.id, "guest_id is the user's own")
        self.do("EVAL", MOVE, 2, self.key(guest_id), self.key(), self.seconds)

    def checkout(self):
        reply, _ = self.do_all(("HGETALL", self.key()), ("DEL", self.key()))
        return numbers(reply)
