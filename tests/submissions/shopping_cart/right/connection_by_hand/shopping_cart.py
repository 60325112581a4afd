"""Takes a connection from the client's pool, writes packed commands on it and reads the replies by hand."""

import contextlib

from redis.exceptions import ResponseError


class ShoppingCart:
    def __init__(self, client, user_id, ttl=1800):
        if isinstance(ttl, float) or ttl < 1:
            raise ValueError("ttl")
        self.pool = client.connection_pool
        self.key = self._key_of(user_id)
        self.seconds = ttl

    @staticmethod
    def _key_of(user):
        if not user:
            raise ValueError("empty id")
        return ("cart", user)[0] + "\0" + user

    @contextlib.contextmanager
    def _connection(self):
        connection = self.pool.get_connection()
        try:
            yield connection
        except BaseException:
            connection.disconnect()
            raise
        finally:
            self.pool.release(connection)

    def _ask(self, *commands):
        with self._connection() as c:
            c.send_packed_command(c.pack_commands(commands))
            return [c.read_response() for _ in commands]

    def _atomically(self, *commands):
        *queued, replies = self._ask(("MULTI",), *commands, ("EXEC",))
        for reply in replies:
            if isinstance(reply, ResponseError):
                raise reply
        return replies

    @staticmethod
    def _dict(reply):
        if not isinstance(reply, dict):
            reply = dict(zip(reply[::2], reply[1::2]))
        return {k: int(v) for k, v in reply.items()}

    def add(self, item, quantity=1):
        if item == "" or quantity < 1:
            raise ValueError("add")
        return int(
            self._atomically(("HINCRBY", self.key, item, quantity), ("EXPIRE", self.key, self.seconds))[0]
        )

    def set_quantity(self, item, quantity):
        if item == "" or quantity < 0:
            raise ValueError("set_quantity")
        do = ("HSET", self.key, item, quantity) if quantity else ("HDEL", self.key, item)
        self._atomically(do, ("EXPIRE", self.key, self.seconds))

    def remove(self, item):
        if item == "":
            raise ValueError("remove")
        return self._atomically(("HDEL", self.key, item), ("EXPIRE", self.key, self.seconds))[0] > 0

    def quantity(self, item):
        if item == "":
            raise ValueError("quantity")
        return int(self._ask(("HGET", self.key, item))[0] or "0")

    def items(self):
        return self._dict(self._ask(("HGETALL", self.key))[0])

    def count(self):
        return sum(int(v) for v in self._ask(("HVALS", self.key))[0])

    def total(self, prices):
        result = 0
        for item, n in self.items().items():
            result += prices[item] * n
        return result

    def clear(self):
        self._ask(("UNLINK", self.key))

    def ttl(self):
        left = self._ask(("TTL", self.key))[0]
        return left if left >= 0 else None

    def merge(self, guest_id):
        guest = self._key_of(guest_id)
        if guest == self.key:
            raise ValueError("own id")
        while True:
            with self._connection() as c:
                c.send_command("WATCH", guest)
                c.read_response()
                c.send_command("HGETALL", guest)
                units = self._dict(c.read_response())
                if not units:
                    c.send_command("UNWATCH")
                    c.read_response()
                    return
                commands = [("MULTI",)]
                commands += [("HINCRBY", self.key, i, n) for i, n in units.items()]
                commands += [("EXPIRE", self.key, self.seconds), ("DEL", guest), ("EXEC",)]
                c.send_packed_command(c.pack_commands(commands))
                if [c.read_response() for _ in commands][-1] is not None:
                    return

    def checkout(self):
        return self._dict(self._atomically(("HGETALL", self.key), ("DEL", self.key))[0])
