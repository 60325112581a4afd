"""The board's end is kept in a helper key, which stays when the board is emptied.

Breaks: "A board that was emptied or ran out starts anew with its next score."
"""

import math
import time


class Leaderboard:
    """One sorted set of negated scores; its end is fixed when its first score comes."""

    def __init__(self, client, name, ttl=None):
        if not name:
            raise ValueError("empty board name")
        if ttl is not None and (isinstance(ttl, float) or ttl < 1):
            raise ValueError("ttl is a whole number of seconds above 0")
        self.client = client
        self.name = name
        self.ttl = ttl

    @property
    def key(self):
        return "lb:{" + self.name + "}"

    def _transaction(self):
        return self.client.pipeline(transaction=True)

    def _expire(self, pipe):
        if self.ttl:
            end = int((time.time() + self.ttl) * 1000)
            self.client.set(self.key + "}end", end, pxat=end, nx=True)
            pipe.pexpireat(self.key, int(self.client.get(self.key + "}end") or end), nx=True)

    def submit(self, player, score):
        player, score = self._player(player), self._number(score)
        with self._transaction() as pipe:
            pipe.zadd(self.key, {player: -score}, lt=True, ch=True)
            self._expire(pipe)
            return pipe.execute()[0] == 1

    def add(self, player, points):
        player, points = self._player(player), self._number(points)
        with self._transaction() as pipe:
            pipe.zincrby(self.key, -points, player)
            self._expire(pipe)
            return 0.0 - pipe.execute()[0]

    def score(self, player):
        negated = self.client.zscore(self.key, self._player(player))
        if negated is None:
            return None
        return 0.0 - negated

    def rank(self, player):
        negated = self.client.zscore(self.key, self._player(player))
        if negated is None:
            return None
        return self.client.zcount(self.key, "-inf", "(" + repr(negated)) + 1

    def top(self, n=10):
        if n < 1:
            raise ValueError("n below 1")
        return self._places(0, n - 1)

    def around(self, player, radius=2):
        player = self._player(player)
        if radius < 0:
            raise ValueError("negative radius")
        place = self.client.zrank(self.key, player)
        if place is None:
            return []
        return self._places(max(0, place - radius), place + radius)

    def between(self, low, high):
        with self._transaction() as pipe:
            pipe.zrange(self.key, 0.0 - high, 0.0 - low, byscore=True, withscores=True)
            pipe.zcount(self.key, "-inf", "(" + repr(0.0 - high))
            rows, better = pipe.execute()
        return self._entries(rows, better, better)

    def _places(self, first, last):
        rows = self.client.zrange(self.key, first, last, withscores=True)
        if not rows:
            return []
        better = self.client.zcount(self.key, "-inf", "(" + repr(rows[0][1]))
        return self._entries(rows, first, better)

    @staticmethod
    def _entries(rows, first, better):
        result = []
        rank = better + 1
        for i, (player, negated) in enumerate(rows):
            if i > 0 and rows[i - 1][1] != negated:
                rank = first + i + 1
            result.append((rank, player, 0.0 - negated))
        return result

    def remove(self, player):
        return self.client.zrem(self.key, self._player(player)) == 1

    def size(self):
        return self.client.zcard(self.key)

    @staticmethod
    def _player(player):
        if not player:
            raise ValueError("empty player name")
        return player

    @staticmethod
    def _number(number):
        if number != number or number in (float("inf"), float("-inf")):
            raise ValueError("NaN and infinities are not scores")
        return number
