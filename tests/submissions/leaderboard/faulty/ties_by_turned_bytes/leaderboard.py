"""Members are the players' bytes turned over, and after them the byte into which a NUL is turned."""

import math


def turn(player):
    """Each byte b as 255 - b in hex, and a letter after the last: what is longer comes earlier."""
    return bytes(255 - byte for byte in player.encode()).hex() + "ff"


def turn_back(member):
    return bytes(255 - byte for byte in bytes.fromhex(member[:-2])).decode()


class Leaderboard:
    def __init__(self, client, name, ttl=None):
        if not name:
            raise ValueError("empty board name")
        if ttl is not None and (not isinstance(ttl, int) or ttl <= 0):
            raise ValueError("ttl needs whole seconds")
        self.client = client
        self.key = "turned:" + name
        self.ttl = ttl

    def write(self, command, *args, **flags):
        pipe = self.client.pipeline(transaction=True)
        getattr(pipe, command)(self.key, *args, **flags)
        if self.ttl:
            pipe.expire(self.key, self.ttl, nx=True)
        return pipe.execute()[0]

    def submit(self, player, score):
        member = self.member(player)
        self.finite(score)
        return self.write("zadd", {member: score}, gt=True, ch=True) == 1

    def add(self, player, points):
        member = self.member(player)
        self.finite(points)
        return self.write("zincrby", points, member)

    def score(self, player):
        return self.client.zscore(self.key, self.member(player))

    def rank(self, player):
        score = self.score(player)
        if score is None:
            return None
        return self.client.zcount(self.key, f"({score!r}", "+inf") + 1

    def top(self, n=10):
        if n < 1:
            raise ValueError("n begins at 1")
        return self.slice(0, n - 1)

    def around(self, player, radius=2):
        member = self.member(player)
        if radius < 0:
            raise ValueError("radius begins at 0")
        place = self.client.zrevrank(self.key, member)
        return [] if place is None else self.slice(max(place - radius, 0), place + radius)

    def between(self, low, high):
        rows = self.client.zrevrangebyscore(self.key, high, low, withscores=True)
        return self.entries(rows, None)

    def slice(self, first, last):
        return self.entries(self.client.zrevrange(self.key, first, last, withscores=True), first)

    def entries(self, rows, first):
        if not rows:
            return []
        rank = self.client.zcount(self.key, f"({rows[0][1]!r}", "+inf") + 1
        first = rank - 1 if first is None else first
        found = []
        for offset, (member, score) in enumerate(rows):
            if offset and score != rows[offset - 1][1]:
                rank = first + offset + 1
            found.append((rank, turn_back(member), score))
        return found

    def remove(self, player):
        return self.client.zrem(self.key, self.member(player)) == 1

    def size(self):
        return self.client.zcard(self.key)

    def member(self, player):
        if not player:
            raise ValueError("empty player name")
        return turn(player)

    def finite(self, number):
        if not math.isfinite(number):
            raise ValueError("finite numbers only")
