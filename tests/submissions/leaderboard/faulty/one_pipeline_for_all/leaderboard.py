"""One pipeline is made with the object, and all threads put their commands into it.

Breaks: "one client serves at most 50 threads." "Two adds at once: both count."
"""

import math


def number(value):
    """A score the way a command takes it: every bit of it."""
    return repr(float(value))


def pairs(reply):
    """WITHSCORES replies as (member, score): flat in RESP2, nested in RESP3."""
    if reply and not isinstance(reply[0], (list, tuple)):
        reply = zip(reply[::2], reply[1::2])
    return [(member, float(score)) for member, score in reply]


class Leaderboard:
    def __init__(self, client, name, ttl=None):
        if name == "":
            raise ValueError("The board's name is empty.")
        if ttl is not None and (type(ttl) is not int or ttl <= 0):
            raise ValueError("The ttl is not a whole number above 0.")
        self.run = client.execute_command
        self.pipe = client.pipeline(transaction=True)
        self.key = "valkey-board-" + name
        self.ttl = ttl

    def write(self, *command):
        self.pipe.execute_command(*command)
        if self.ttl:
            self.pipe.execute_command("EXPIRE", self.key, self.ttl, "NX")
        return self.pipe.execute()[0]

    def submit(self, player, score):
        self.check(player, score)
        return int(self.write("ZADD", self.key, "LT", "CH", number(-score), player)) == 1

    def add(self, player, points):
        self.check(player, points)
        return -float(self.write("ZINCRBY", self.key, number(-points), player))

    def score(self, player):
        self.check(player)
        reply = self.run("ZSCORE", self.key, player)
        return -float(reply) if reply is not None else None

    def rank(self, player):
        score = self.score(player)
        return self.better(score) + 1 if score is not None else None

    def better(self, score):
        return int(self.run("ZCOUNT", self.key, "-inf", "(" + number(-score)))

    def top(self, n=10):
        if n < 1:
            raise ValueError("n is below 1.")
        return self.entries(0, pairs(self.run("ZRANGE", self.key, 0, n - 1, "WITHSCORES")))

    def around(self, player, radius=2):
        self.check(player)
        if radius < 0:
            raise ValueError("The radius is negative.")
        place = self.run("ZRANK", self.key, player)
        if place is None:
            return []
        start = max(int(place) - radius, 0)
        stop = int(place) + radius
        return self.entries(start, pairs(self.run("ZRANGE", self.key, start, stop, "WITHSCORES")))

    def between(self, low, high):
        reply = self.run("ZRANGE", self.key, number(-high), number(-low), "BYSCORE", "WITHSCORES")
        return self.entries(self.better(high), pairs(reply))

    def entries(self, start, rows):
        if not rows:
            return []
        answer = []
        rank = self.better(-rows[0][1]) + 1
        for i in range(len(rows)):
            if i and rows[i][1] != rows[i - 1][1]:
                rank = start + i + 1
            answer.append((rank, rows[i][0], -rows[i][1]))
        return answer

    def remove(self, player):
        self.check(player)
        return int(self.run("ZREM", self.key, player)) == 1

    def size(self):
        return int(self.run("ZCARD", self.key))

    def check(self, player, score=0):
        if player == "":
            raise ValueError("The player's name is empty.")
        if not math.isfinite(score):
            raise ValueError("The number is not finite.")
