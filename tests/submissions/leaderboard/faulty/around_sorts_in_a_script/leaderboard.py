"""around() finds the player's place in a list that SORT gives to a script.

Breaks: "What `top`, `rank` and `around` read, in replies and inside scripts, is at most in
proportion to `n` or `radius`, on a board of any size with any number of ties, in 4 round trips at
most."
"""

import math

PLACE = """
for place, player in ipairs(redis.call('SORT', KEYS[1], 'BY', 'nosort')) do
    if player == ARGV[1] then return place - 1 end
end
return false
"""


class Leaderboard:
    def __init__(self, client, name, ttl=None):
        if not name:
            raise ValueError("no name")
        if ttl is not None and (not isinstance(ttl, int) or ttl < 1):
            raise ValueError("wrong ttl")
        self.client = client
        self.key = "leaderboard|" + name
        self.ttl = ttl

    def submit(self, player, score):
        check_player(player)
        check_number(score)
        return self.commit(lambda pipe: pipe.zadd(self.key, {player: -score}, lt=True, ch=True)) == 1

    def add(self, player, points):
        check_player(player)
        check_number(points)
        return -self.commit(lambda pipe: pipe.zincrby(self.key, -points, player))

    def commit(self, write):
        with self.client.pipeline(transaction=True) as pipe:
            write(pipe)
            if self.ttl is not None:
                pipe.expire(self.key, self.ttl, nx=True)
            return pipe.execute()[0]

    def score(self, player):
        check_player(player)
        stored = self.client.zscore(self.key, player)
        return -stored if stored is not None else None

    def rank(self, player):
        check_player(player)
        stored = self.client.zscore(self.key, player)
        return self.better(stored) + 1 if stored is not None else None

    def better(self, stored):
        return self.client.zcount(self.key, "-inf", f"({stored!r}")

    def rows(self, first, last):
        if last < first:
            return []
        return self.client.zrange(self.key, first, last, withscores=True)

    def top(self, n=10):
        if n < 1:
            raise ValueError("wrong n")
        return self.entries(self.rows(0, n - 1), 0)

    def around(self, player, radius=2):
        check_player(player)
        if radius < 0:
            raise ValueError("wrong radius")
        place = self.client.eval(PLACE, 1, self.key, player)
        if place is None:
            return []
        first = max(place - radius, 0)
        return self.entries(self.rows(first, place + radius), first)

    def between(self, low, high):
        rows = self.client.zrangebyscore(self.key, -high, -low, withscores=True)
        return self.entries(rows, self.better(rows[0][1]) if rows else 0)

    def entries(self, rows, first):
        found = []
        rank = 0
        for place, (player, stored) in enumerate(rows, start=first):
            if not found:
                rank = self.better(stored) + 1
            elif found[-1][2] != -stored:
                rank = place + 1
            found.append((rank, player, -stored))
        return found

    def remove(self, player):
        check_player(player)
        return self.client.zrem(self.key, player) == 1

    def size(self):
        return self.client.zcard(self.key)


def check_player(player):
    if not player:
        raise ValueError("no player")


def check_number(number):
    if not math.isfinite(number):
        raise ValueError("not a finite number")
