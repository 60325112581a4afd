"""Speaks RESP by hand, over connections that it takes out of the pool: replies come as they are on the wire."""

import math
from contextlib import contextmanager


class Leaderboard:
    def __init__(self, client, name, ttl=None):
        if not name:
            raise ValueError("name")
        if ttl is not None and (ttl < 1 or ttl % 1):
            raise ValueError("ttl")
        self.pool, self.key, self.ttl = client.connection_pool, f"raw:{name}", ttl

    @contextmanager
    def connection(self):
        connection = self.pool.get_connection()
        try:
            yield connection
        finally:
            self.pool.release(connection)

    def ask(self, *commands):
        """The replies to commands that are sent in one go."""
        with self.connection() as connection:
            connection.send_packed_command(connection.pack_commands(commands))
            return [connection.read_response() for _ in commands]

    def write(self, *command):
        commands = [("MULTI",), command]
        if self.ttl is not None:
            commands.append(("EXPIRE", self.key, int(self.ttl), "NX"))
        return self.ask(*commands, ("EXEC",))[-1][0]

    def submit(self, player, score):
        check(player, score)
        return self.write("ZADD", self.key, "LT", "CH", repr(-score), player) == 1

    def add(self, player, points):
        check(player, points)
        return -float(self.write("ZINCRBY", self.key, repr(-points), player))

    def score(self, player):
        check(player)
        [stored] = self.ask(("ZSCORE", self.key, player))
        return None if stored is None else -float(stored)

    def rank(self, player):
        score = self.score(player)
        if score is None:
            return None
        [better] = self.ask(("ZCOUNT", self.key, "-inf", f"({-score!r}"))
        return better + 1

    def top(self, n=10):
        if n < 1:
            raise ValueError("n")
        return self.window(0, n - 1)

    def around(self, player, radius=2):
        check(player)
        if radius < 0:
            raise ValueError("radius")
        [place] = self.ask(("ZRANK", self.key, player))
        return [] if place is None else self.window(max(0, place - radius), place + radius)

    def between(self, low, high):
        above, count = self.ask(
            ("ZCOUNT", self.key, "-inf", f"({-high!r}"), ("ZCOUNT", self.key, repr(-high), repr(-low))
        )
        return self.window(above, above + count - 1) if count else []

    def window(self, first, last):
        [reply] = self.ask(("ZRANGE", self.key, first, last, "WITHSCORES"))
        pairs = zip(reply[::2], reply[1::2]) if reply and not isinstance(reply[0], list) else reply
        rows = [(player, float(stored)) for player, stored in pairs]
        if not rows:
            return []
        [better] = self.ask(("ZCOUNT", self.key, "-inf", f"({rows[0][1]!r}"))
        entries = []
        for place, (player, stored) in enumerate(rows, first + 1):
            if not entries:
                rank = better + 1
            elif entries[-1][2] != -stored:
                rank = place
            entries.append((rank, player, -stored))
        return entries

    def remove(self, player):
        check(player)
        return self.ask(("ZREM", self.key, player))[0] == 1

    def size(self):
        return self.ask(("ZCARD", self.key))[0]


def check(player, number=0.0):
    if not player:
        raise ValueError("player")
    if not math.isfinite(number):
        raise ValueError("number")
