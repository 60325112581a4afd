"""The whole board lies in one text beside the sorted set, and top(), rank() and around() read it.

Breaks: "What `top`, `rank` and `around` read, in replies and inside scripts, is at most in
proportion to `n` or `radius`, on a board of any size with any number of ties, in 4 round trips at
most."
"""

import json
import math

import redis


class Leaderboard:
    def __init__(self, client, name, ttl=None):
        if not name:
            raise ValueError("no name")
        if ttl is not None and (not isinstance(ttl, int) or ttl < 1):
            raise ValueError("wrong ttl")
        self.client = client
        self.key, self.copy = "scores|" + name, "copy|" + name
        self.ttl = ttl

    def change(self, player, new):
        while True:
            with self.client.pipeline(transaction=True) as pipe:
                pipe.watch(self.key, self.copy)
                board = json.loads(pipe.get(self.copy) or "{}")
                old = board.pop(player, None)
                score = new(old)
                if score is not None:
                    board[player] = score
                pipe.multi()
                if score is None:
                    pipe.zrem(self.key, player)
                else:
                    pipe.zadd(self.key, {player: score})
                pipe.set(self.copy, json.dumps(board), keepttl=True)
                if self.ttl is not None:
                    pipe.expire(self.key, self.ttl, nx=True)
                    pipe.expire(self.copy, self.ttl, nx=True)
                if not board:
                    pipe.delete(self.copy)
                try:
                    pipe.execute()
                except redis.WatchError:
                    continue
                return old, score

    def submit(self, player, score):
        check_player(player)
        check_number(score)
        old, new = self.change(player, lambda old: score if old is None else max(old, score))
        return old != new

    def add(self, player, points):
        check_player(player)
        check_number(points)
        return self.change(player, lambda old: (old or 0.0) + points)[1]

    def score(self, player):
        check_player(player)
        return self.client.zscore(self.key, player)

    def entries(self):
        board = json.loads(self.client.get(self.copy) or "{}")
        found = []
        for place, (player, score) in enumerate(sorted(board.items(), key=order), start=1):
            rank = found[-1][0] if found and found[-1][2] == score else place
            found.append((rank, player, score))
        return found

    def rank(self, player):
        check_player(player)
        return next((rank for rank, name, _ in self.entries() if name == player), None)

    def top(self, n=10):
        if n < 1:
            raise ValueError("wrong n")
        return self.entries()[:n]

    def around(self, player, radius=2):
        check_player(player)
        if radius < 0:
            raise ValueError("wrong radius")
        found = self.entries()
        place = next((n for n, entry in enumerate(found) if entry[1] == player), None)
        return [] if place is None else found[max(place - radius, 0) : place + radius + 1]

    def between(self, low, high):
        return [entry for entry in self.entries() if low <= entry[2] <= high]

    def remove(self, player):
        check_player(player)
        return self.change(player, lambda old: None)[0] is not None

    def size(self):
        return self.client.zcard(self.key)


def order(item):
    player, score = item
    return -score, player.encode()


def check_player(player):
    if not player:
        raise ValueError("no player")


def check_number(number):
    if not math.isfinite(number):
        raise ValueError("not a finite number")
